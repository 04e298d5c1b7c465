"""导入: a workbook or csv as it really looks, checked row by row, taken in as one act.

What can be imported stands in kinds (`kinds.py`), which the parts nearer the roof register; nothing here
knows a village or a grid.
"""
