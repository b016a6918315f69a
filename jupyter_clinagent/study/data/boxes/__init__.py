"""Boxes as they lie beside the images (COCO, Pascal VOC, YOLO, CSV), brought into one table and mended."""
