"""Runs where `opensim` is installed: reads a TRC and a MOT file, and prints what is in them as JSON.

usage: in_opensim.py FILE.trc FILE.mot
"""

import json
import sys

import opensim

markers, motion = opensim.TimeSeriesTableVec3(sys.argv[1]), opensim.TimeSeriesTable(sys.argv[2])
storage = opensim.Storage(sys.argv[2])
print(
    json.dumps(
        {
            "units": markers.getTableMetaDataString("Units"),
            "rate": float(markers.getTableMetaDataString("DataRate")),
            "labels": list(markers.getColumnLabels()),
            "times": list(markers.getIndependentColumn()),
            "markers": [
                [list(row[column].to_numpy()) for column in range(row.size())]
                for row in (markers.getRowAtIndex(index) for index in range(markers.getNumRows()))
            ],
            "in_degrees": storage.isInDegrees(),
            "motion": {name: list(motion.getDependentColumn(name).to_numpy()) for name in motion.getColumnLabels()},
        }
    )
)
