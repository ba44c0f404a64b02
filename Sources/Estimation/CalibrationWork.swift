internal import Pipeline
internal import Signals

/// One pass over a recording's tasks.
struct CalibrationWork {
  private(set) var material: CalibrationMaterial
  /// How inertial units lie on segments, by coordinate.
  private var hinges: [Int: Calibration.Hinge] = [:]
  private let stretches: [CalibrationMaterial.Stretch]
  private(set) var refusals: [CalibrationRefusal] = []

  init(_ material: CalibrationMaterial) {
    self.material = material
    var found: [CalibrationRefusal] = []
    stretches = material.stretches(&found)
    refusals = found
  }

  private mutating func refuse(_ code: String, _ message: String) {
    refusals.append(CalibrationRefusal(code: code, message: message))
  }

  /// The stretches of one task.
  private func stretches(_ task: CalibrationMaterial.Task) -> [CalibrationMaterial.Stretch] {
    stretches.filter { $0.task == task }
  }

  /// The rest, without its ends; empty after a refusal.
  mutating func rest() -> [Int] {
    guard let stretch = stretches(.rest).max(by: { $0.end - $0.start < $1.end - $1.start }) else {
      refuse("no_rest", "there is no marker 'rest'; record some seconds of lying still")
      return []
    }
    let rows = material.rows(stretch, margin: 0.3)
    let duration = Double(rows.count) * 0.01
    if duration < Calibration.Limit.rest {
      refuse("short_rest", "rest lasts \(words(duration)) s; lie still for two seconds or more")
      return []
    }
    for coordinate in material.coordinates.indices {
      let moved = range(material.reading(coordinate, rows))
      if moved > Calibration.Limit.stillness {
        refuse(
          "moved_at_rest",
          "\(material.coordinates[coordinate]) moved by \(words(degrees(moved))) deg during rest; "
            + "repeat it lying still")
      }
    }
    return rows
  }

  /// Rest level and MVC of a signal.
  mutating func signal(_ signal: Int, rest: [Int]) -> Calibration.Signal? {
    let name = material.signals[signal]
    let candidates = stretches(.contraction(signal))
    guard !candidates.isEmpty else {
      refuse("no_contraction", "there is no marker 'mvc \(name)'; record its strongest contraction")
      return nil
    }
    guard !rest.isEmpty else { return nil }
    let level = mean(material.envelope(signal, rest))
    var best: (peak: Double, rows: [Int]) = (-1, [])
    for candidate in candidates {
      let rows = material.rows(candidate)
      let peak = movingMean(material.envelope(signal, rows), 100).max() ?? 0
      if peak > best.peak { best = (peak, rows) }
    }
    let faults = material.faults(signal, best.rows)
    if !faults.isDisjoint(with: .unusable) {
      let isSaturated = faults.contains(.saturated)
      refuse(
        isSaturated ? "saturated" : "no_signal",
        "\(name) is \(faults.names.joined(separator: ", ")) during its contraction; "
          + (isSaturated ? "lower the amplifier's gain" : "check electrode and cable"))
      return nil
    }
    guard best.peak > Calibration.Limit.contrast * level, best.peak > 0 else {
      refuse(
        "no_burst",
        "\(name) shows no burst: \(words(best.peak * 1e6)) uV in its contraction and "
          + "\(words(level * 1e6)) uV at rest; check the electrode and contract as hard as you can")
      return nil
    }
    // contractions nearly as strong count too: the mean of one varies by a per cent or two by itself
    var plateau: [Double] = []
    for candidate in candidates {
      let envelope = material.envelope(signal, material.rows(candidate))
      guard (movingMean(envelope, 100).max() ?? 0) >= 0.9 * best.peak else { continue }
      let smooth = movingMean(envelope, 25)
      plateau += smooth.indices.filter { smooth[$0] >= 0.85 * best.peak }.map { envelope[$0] }
    }
    let duration = Double(plateau.count) * 0.01
    guard duration >= Calibration.Limit.plateau else {
      refuse(
        "short_contraction",
        "the contraction of \(name) was held for \(words(duration)) s; hold it for three seconds")
      return nil
    }
    return Calibration.Signal(name: name, rest: level, mvc: mean(plateau), plateau: duration)
  }

  /// Finds how the inertial units of a joint lie on its segments, and from that the joint's angles.
  mutating func align(_ joint: InertialJoint, poseAngle: Double) {
    // what is not there is refused where sensors are
    guard let pose = stretches(.pose).last,
      let movement = stretches(.movement(joint.coordinate)).last
    else { return }
    let name = material.coordinates[joint.coordinate]
    var functional = FunctionalAxis()
    // the joint's own movement first, which says what is positive; those of others tell the heading
    var rows = material.rows(movement)
    for stretch in stretches where stretch.task.isMovement && stretch.task != movement.task {
      rows += material.rows(stretch)
    }
    for row in joint.first == nil ? material.rows(movement) : rows {
      guard let pair = material.pair(joint, row: row) else { continue }
      functional.add(
        pair.first.rate ?? .zero, pair.second.rate ?? .zero, first: pair.first.orientation,
        second: pair.second.orientation)
    }
    let hasHeading = joint.first == nil || joint.alignment.sharesHeading
    guard hasHeading || functional.headingContrast > Calibration.Limit.contrastOfHeadings else {
      refuse(
        "no_heading",
        "the movements do not tell how the units of \(name) are turned against each other about the "
          + "vertical; record a movement of the segment before it too, or say \"heading: shared\"")
      return
    }
    guard let found = functional.axis(heading: hasHeading ? 0 : nil) else { return }
    guard found.share >= Calibration.Limit.share else {
      refuse(
        "no_hinge",
        "\(Int(found.share * 100)) % of the movement of \(name) is about one axis; keep the other "
          + "joints still, and see that the units sit tight")
      return
    }
    var sum = SIMD4<Double>.zero
    for row in material.rows(pose, margin: 0.2) {
      guard let pair = material.pair(joint, row: row) else { continue }
      let relative = JointAlignment.relative(
        pair.first.orientation, pair.second.orientation, heading: found.heading
      ).quaternion
      sum += (sum * relative).sum() < 0 ? -relative : relative
    }
    guard let mean = Orientation(quaternion: sum) else { return }
    let alignment = JointAlignment(
      axis: found.axis, heading: found.heading, pose: mean, poseAngle: poseAngle)
    hinges[joint.coordinate] = Calibration.Hinge(
      axis: mean.inverse.rotated(alignment.axis), pose: mean, poseAngle: poseAngle,
      share: found.share)
    let pairs = material
    material.setReadings(of: joint.coordinate) { row in
      pairs.pair(joint, row: row).map {
        alignment.angle($0.first.orientation, $0.second.orientation)
      }
    }
  }

  /// Sign and zero of a joint's sensor.
  mutating func sensor(_ coordinate: Int, poseAngle: Double) -> Calibration.Sensor? {
    let name = material.coordinates[coordinate]
    guard let pose = stretches(.pose).last else {
      let message = "there is no marker 'pose'; record a second of the known pose"
      if !refusals.contains(where: { $0.code == "no_pose" }) { refuse("no_pose", message) }
      return nil
    }
    let still = material.reading(coordinate, material.rows(pose, margin: 0.2))
    let held = Double(still.count) * 0.01
    guard held >= Calibration.Limit.pose else {
      let message = "the pose was held for \(words(held)) s; hold it for one second or more"
      if !refusals.contains(where: { $0.code == "short_pose" }) { refuse("short_pose", message) }
      return nil
    }
    let spread = range(still)
    if spread > Calibration.Limit.stillness {
      refuse(
        "moved_in_pose",
        "\(name) moved by \(words(degrees(spread))) deg in the pose; hold it still")
      return nil
    }
    guard let movement = stretches(.movement(coordinate)).last else {
      refuse(
        "no_movement",
        "there is no marker 'move \(name)'; move it to and fro, in its positive direction first")
      return nil
    }
    let readings = material.reading(coordinate, material.rows(movement))
    let moved = range(readings)
    guard moved >= Calibration.Limit.movement, let first = readings.first,
      let departure = readings.first(where: { abs($0 - first) > 0.4 * moved })
    else {
      refuse(
        "little_movement",
        "\(name) moved by \(words(degrees(moved))) deg only; move it by 20 deg or more")
      return nil
    }
    let sign = departure > first ? 1.0 : -1
    return Calibration.Sensor(
      coordinate: name, zero: mean(still) - sign * poseAngle, sign: sign, spread: spread,
      range: moved, hinge: hinges[coordinate])
  }

  /// The lag at which some signal's envelope goes best with the acceleration of the joint that moves, and their
  /// correlation at every lag.
  func delay() -> (delay: Calibration.Delay, correlations: [Double])? {
    var best: (delay: Calibration.Delay, correlations: [Double])?
    for stretch in stretches {
      guard case .movement(let coordinate) = stretch.task else { continue }
      let rows = material.rows(stretch)
      let acceleration = curvature(material.reading(coordinate, rows))
      for signal in material.signals.indices {
        let envelope = material.envelope(signal, rows)
        guard let found = Self.lag(acceleration, behind: envelope),
          abs(found.correlation)
            > max(Calibration.Limit.correlation, abs(best?.delay.correlation ?? 0))
        else { continue }
        best = (
          Calibration.Delay(
            seconds: found.lag * CalibrationEvidence.lagInterval, correlation: found.correlation,
            signal: material.signals[signal], coordinate: material.coordinates[coordinate]),
          found.all
        )
      }
    }
    return best
  }

  /// The lag between 0 and 0.25 s with the largest correlation, between rows by a parabola [rows].
  private static func lag(
    _ late: [Double?], behind early: [Double]
  ) -> (lag: Double, correlation: Double, all: [Double])? {
    let values = (0...26).map { lag in
      correlation(
        late.indices.compactMap { row in
          guard row >= lag, let value = late[row] else { return nil }
          return (early[row - lag], value)
        })
    }
    guard let peak = (1...25).max(by: { abs(values[$0]) < abs(values[$1]) }),
      abs(values[peak]) >= abs(values[peak - 1]), abs(values[peak]) >= abs(values[peak + 1])
    else { return nil }
    let bend = values[peak - 1] - 2 * values[peak] + values[peak + 1]
    let shift = bend == 0 ? 0 : 0.5 * (values[peak - 1] - values[peak + 1]) / bend
    return (Double(peak) + shift, values[peak], values)
  }

  /// What the tasks look like, a value for each of some rows.
  func evidence(rest: [Int], correlations: [Double]) -> CalibrationEvidence {
    let stride = Int((CalibrationEvidence.interval / 0.01).rounded())
    func thinned(_ values: [Double]) -> [Double] {
      Swift.stride(from: 0, to: values.count, by: stride).map { start in
        mean(Array(values[start..<min(start + stride, values.count)]))
      }
    }
    return CalibrationEvidence(
      signals: material.signals.indices.map { signal in
        CalibrationEvidence.Signal(
          name: material.signals[signal], rest: thinned(material.envelope(signal, rest)),
          contractions: stretches(.contraction(signal)).map {
            thinned(material.envelope(signal, material.rows($0)))
          })
      },
      sensors: material.coordinates.indices.map { coordinate in
        func readings(_ task: CalibrationMaterial.Task) -> [Double] {
          stretches(task).last.map {
            thinned(material.reading(coordinate, material.rows($0, margin: 0.2)))
          } ?? []
        }
        return CalibrationEvidence.Sensor(
          coordinate: material.coordinates[coordinate],
          rest: thinned(material.reading(coordinate, rest)), pose: readings(.pose),
          movement: readings(.movement(coordinate)))
      }, correlations: correlations)
  }
}

/// Mean of some values.
private func mean(_ values: [Double]) -> Double {
  values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}

/// Largest minus smallest.
private func range(_ values: [Double]) -> Double {
  (values.max() ?? 0) - (values.min() ?? 0)
}

/// Means over `count` values around each, nil-free: ends have fewer.
private func movingMean(_ values: [Double], _ count: Int) -> [Double] {
  guard values.count >= count else { return values.isEmpty ? [] : [mean(values)] }
  var sums = [0.0]
  for value in values { sums.append((sums.last ?? 0) + value) }
  return values.indices.map { index in
    let start = min(max(index - count / 2, 0), values.count - count)
    return (sums[start + count] - sums[start]) / Double(count)
  }
}

/// Second differences by a parabola of least squares over eleven values; nil at the ends.
private func curvature(_ values: [Double]) -> [Double?] {
  let half = 5
  let squares = (-half...half).map { Double($0 * $0) }
  let middle = mean(squares)
  let scale = squares.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
  return values.indices.map { index in
    guard index >= half, index + half < values.count else { return nil }
    return (-half...half).reduce(0) {
      $0 + (squares[$1 + half] - middle) * values[index + $1]
    } / scale
  }
}

/// Pearson's correlation of pairs.
private func correlation(_ pairs: [(Double, Double)]) -> Double {
  let first = mean(pairs.map(\.0))
  let second = mean(pairs.map(\.1))
  var (product, left, right) = (0.0, 0.0, 0.0)
  for pair in pairs {
    product += (pair.0 - first) * (pair.1 - second)
    left += (pair.0 - first) * (pair.0 - first)
    right += (pair.1 - second) * (pair.1 - second)
  }
  let scale = (left * right).squareRoot()
  return scale > 0 ? product / scale : 0
}

private func degrees(_ radians: Double) -> Double { radians * 180 / .pi }

/// A number for a sentence, with one decimal.
private func words(_ value: Double) -> String {
  let tenths = Int((value.magnitude * 10).rounded())
  return (value < 0 ? "-" : "") + "\(tenths / 10).\(tenths % 10)"
}
