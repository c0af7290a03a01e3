"""Spreadsheets written by hand, XML and all: what no library writes, and what only attackers do."""

import io
import zipfile
from xml.sax.saxutils import quoteattr

CONTENT_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/></Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
ODS_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style", "draw")
)


def packed(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def relation(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def xlsx_members(
    *sheets: str, names=(), states=(), texts=(), formats=(), workbook="", dimension="A1", after=""
) -> dict[str, str | bytes]:
    """The members of a workbook; a sheet is the XML inside its `sheetData`, `after` what stands behind that.

    `formats` are number formats; the cell style 1 has the first of them.
    """
    listed = "".join(
        f'<sheet name="{(names or ("Sheet1", "Sheet2", "Sheet3"))[index]}" sheetId="{index + 1}" r:id="rId{index}"'
        f' state="{states[index] if states else "visible"}"/>'
        for index in range(len(sheets))
    )
    relations = "".join(
        relation(f"rId{index}", "worksheet", f"worksheets/sheet{index}.xml") for index in range(len(sheets))
    )
    relations += relation("rIdT", "sharedStrings", "sharedStrings.xml") + relation("rIdS", "styles", "styles.xml")
    numbers = "".join(
        f'<numFmt numFmtId="{170 + index}" formatCode={quoteattr(code)}/>' for index, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{170 + index}"/>' for index in range(len(formats)))
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS.format(relation("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": RELATIONS.format(relations),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{numbers}</numFmts><cellStyleXfs><xf/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs><cellStyles/></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">' + "".join(f"<si>{text}</si>" for text in texts) + "</sst>",
    }
    for index, rows in enumerate(sheets):
        members[f"xl/worksheets/sheet{index}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData>{after}</worksheet>'
        )
    return members


def raw_xlsx(*sheets: str, **parts) -> bytes:
    return packed(xlsx_members(*sheets, **parts))


def text_row(*texts: str, attributes="") -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' if text else "<c/>" for text in texts)
    return f"<row {attributes}>{cells}</row>"


def ods_members(*tables: str, styles="", document_styles="") -> dict[str, str | bytes]:
    """The members of a document; a table is its whole XML."""
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"<office:document-content {ODS_NAMES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
        "</office:document-content>",
        "styles.xml": f"<office:document-styles {ODS_NAMES}>{document_styles}</office:document-styles>",
        "META-INF/manifest.xml": "<manifest/>",
    }


def raw_ods(*tables: str, **parts) -> bytes:
    return packed(ods_members(*tables, **parts))


def ods_row(*texts: str, attributes="") -> str:
    cells = "".join(
        f"<table:table-cell>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>" for text in texts
    )
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
