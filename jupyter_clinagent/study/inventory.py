"""What lies in a data folder, under the name by which scripts outside this package know it."""

from jupyter_clinagent.study.data.inventory import Inventory, take_inventory

__all__ = ["Inventory", "take_inventory"]
