"""Boxes as they lie beside the images (COCO, Pascal VOC, YOLO, CVAT, VIA, CSV), brought into one table and mended."""
