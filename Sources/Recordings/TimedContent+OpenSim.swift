internal import OpenSimFiles

extension TimedContent {
  /// The table of a `.sto` or `.mot` file.
  ///
  /// These files name no units. Ours do, in a header line; elsewhere `inDegrees=yes` makes every column
  /// degrees but those that OpenSim's names make lengths or forces, and otherwise the unit stays open.
  static func openSimTable(path: String, name: String) throws(ConversionError) -> TimedContent {
    let table: OpenSimTable
    do { table = try OpenSimTable(path: path) } catch { throw .openSim(error) }
    let columns = table.labels.indices.map { index in
      let label = ColumnName(table.labels[index])
      var unit = table.units.isEmpty ? label.unit : table.units[index]
      if unit.isEmpty, table.isInDegrees == true { unit = angularUnit(table.labels[index]) }
      return TimedStream.Column(
        label: table.units.isEmpty ? label.name : table.labels[index], unit: unit,
        values: table.columns[index])
    }
    return TimedContent(streams: [
      TimedStream(name: name, times: table.times, columns: columns)
    ])
  }

  /// Degrees, unless the name says that the column is no angle.
  private static func angularUnit(_ label: String) -> String {
    let lengths = ["_tx", "_ty", "_tz", "_px", "_py", "_pz"]
    let forces = ["_vx", "_vy", "_vz"]
    if lengths.contains(where: label.hasSuffix) { return "m" }
    if forces.contains(where: label.hasSuffix) { return "N" }
    return label.contains("torque") || label.contains("moment") ? "N*m" : "deg"
  }

  /// The marker paths of a `.trc` file.
  static func markers(path: String, name: String) throws(ConversionError) -> TimedContent {
    let markers: OpenSimMarkers
    do { markers = try OpenSimMarkers(path: path) } catch { throw .openSim(error) }
    let axes = ["x", "y", "z"]
    let columns = markers.columns.indices.map { index in
      TimedStream.Column(
        label: "\(markers.names[index / 3]).\(axes[index % 3])", unit: markers.unit,
        values: markers.columns[index])
    }
    return TimedContent(streams: [
      TimedStream(name: name, times: markers.times, columns: columns)
    ])
  }
}
