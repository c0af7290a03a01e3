from django import template

from core.references import link_references

register = template.Library()
register.filter("link_references", link_references)
