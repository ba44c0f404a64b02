internal import Musculoskeletal

/// Puts joints parents before children; every body must hang on the ground by exactly one chain.
func orderedJoints(
  _ joints: [JointReading], bodies: [OpenSimElement]
) throws(OpenSimError) -> [(joint: JointReading, child: Int)] {
  var jointOfBody: [Int: JointReading] = [:]
  for joint in joints {
    guard let child = joint.child.body else {
      throw joint.element.error(
        "\(joint.element.label) has the ground as its child", remedy: "swap parent and child")
    }
    if let other = jointOfBody[child] {
      throw joint.element.error(
        "\(joint.element.label) closes a loop: \(bodies[child].label) already hangs on "
          + other.element.label,
        remedy: "delete one of the two joints, only trees are supported")
    }
    jointOfBody[child] = joint
  }
  for body in bodies.indices where jointOfBody[body] == nil {
    throw bodies[body].error(
      "\(bodies[body].label) hangs on nothing",
      remedy: "add a joint with it as the child, a WeldJoint to /ground at the least")
  }

  // Sweeping in file order keeps the file's order wherever it is already a valid one.
  var placed = [Bool](repeating: false, count: bodies.count)
  var ordered: [(joint: JointReading, child: Int)] = []
  var waiting = joints
  while !waiting.isEmpty {
    var stillWaiting: [JointReading] = []
    for joint in waiting {
      if let child = joint.child.body, joint.parent.body.map({ placed[$0] }) ?? true {
        placed[child] = true
        ordered.append((joint, child))
      } else {
        stillWaiting.append(joint)
      }
    }
    guard stillWaiting.count < waiting.count else {
      throw stillWaiting[0].element.error(
        "\(stillWaiting[0].element.label) is part of a chain that never reaches the ground",
        remedy: "hang one body of the chain on /ground")
    }
    waiting = stillWaiting
  }
  return ordered
}

/// Fails when a free coordinate has nothing to move, which would leave its acceleration undefined.
func requireMovingMass(
  _ joints: [(joint: JointReading, child: Int)], bodies: [BodyDescription],
  coordinates: [CoordinateDescription], directory: CoordinateDirectory
) throws(OpenSimError) {
  var mass = bodies.map { $0.mass + $0.momentsOfInertia.sum() }
  for (joint, child) in joints.reversed() {
    if mass[child] <= 0 {
      for element in joint.coordinates {
        let coordinate = coordinates[try directory.index(element.requiredName(), of: element)]
        if coordinate.isLocked || coordinate.coupling != nil { continue }
        throw joint.element.error(
          "\(joint.element.label) moves bodies without mass",
          remedy: "give \(quoted(bodies[child].name)) a mass, or lock the coordinate")
      }
    }
    if let parent = joint.parent.body { mass[parent] += mass[child] }
  }
}
