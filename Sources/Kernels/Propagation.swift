extension Workspace {
  /// S <- A S + sum over the stages of W_s b_s, in place, block of columns by block of columns.
  ///
  /// A muscle's number moves its own force alone, so that b_s is its two moment arms times one derivative:
  /// four products a row and column beside those of A. `sensitivity` is (states x blocks); disturbances
  /// only fade. The transition and the gains are in their places.
  ///
  /// - Parameters:
  ///   - moverGains: what movers are multiplied by: gains for torques, W for accelerations.
  ///   - changes: derivatives of activations by tangents at the three times; nil without tangents.
  ///   - retention: factors of the disturbances (states - 2 n); nil without disturbances.
  @inline(never)
  func propagate(
    _ sensitivity: UnsafeMutablePointer<Lanes>, moverGains: UnsafeMutablePointer<SIMD4<Double>>,
    changes: UnsafePointer<Double>?, retention: UnsafePointer<Double>?
  ) {
    let width = places.moverStart + places.moverBlocks
    let stride = places.blocks * MuscleKernel.Kept.count
    for block in 0..<places.blocks where starts[block] < starts[block + 1] {
      fillArms(block)
      for index in starts[block]..<starts[block + 1] {
        let number = numbers[index]
        if number < ColumnLayout.firstSlot {
          propagate(
            sensitivity + index, width: width, retention: retention,
            drive: kept + block * MuscleKernel.Kept.count + number, stride: stride)
        } else if let changes {
          fillDrive(block, tangents + 8 * index, changes: changes)
          propagate(
            sensitivity + index, width: width, retention: retention, drive: drive, stride: 1)
        }
      }
    }
    for index in 0..<places.moverBlocks {
      propagateMovers(
        index, sensitivity + places.moverStart + index, width: width, gains: moverGains,
        retention: retention)
    }
  }

  /// G_s times the moment arms of a block, for each row and stage.
  @inline(__always)
  func fillArms(_ block: Int) {
    let groups = places.groups
    let first = paths[block].first
    let second = paths[block].second
    for stage in 0..<4 {
      let own = kept + (stage * places.blocks + block) * MuscleKernel.Kept.count
      let a = own[MuscleKernel.Kept.firstArm]
      let b = own[MuscleKernel.Kept.secondArm]
      for group in 0..<groups {
        let byFirst = gains[(stage * places.coordinates + first) * groups + group]
        let bySecond = gains[(stage * places.coordinates + second) * groups + group]
        let to = arms + (group * 4 + stage) * 4
        to[0] = fused(all(byFirst.x), a, all(bySecond.x) * b)
        to[1] = fused(all(byFirst.y), a, all(bySecond.y) * b)
        to[2] = fused(all(byFirst.z), a, all(bySecond.z) * b)
        to[3] = fused(all(byFirst.w), a, all(bySecond.w) * b)
      }
    }
  }

  /// What a tangent of activations does to the forces of a block at each stage.
  @inline(__always)
  private func fillDrive(
    _ block: Int, _ tangents: UnsafePointer<Int>, changes: UnsafePointer<Double>
  ) {
    for stage in 0..<4 {
      var change = all(0)
      let row = changes + Self.time(stage) * places.tangentCount
      for lane in 0..<8 where tangents[lane] >= 0 { change[lane] = row[tangents[lane]] }
      drive[stage] =
        change * factor[block]
        * kept[
          (stage * places.blocks + block) * MuscleKernel.Kept.count
            + MuscleKernel.Kept.activation]
    }
  }

  /// One block of columns of muscles.
  @inline(__always)
  private func propagate(
    _ own: UnsafeMutablePointer<Lanes>, width: Int, retention: UnsafePointer<Double>?,
    drive: UnsafePointer<Lanes>, stride: Int
  ) {
    let states = places.states
    if states == 4 {
      pass(own, width: width, states: 4, groups: 1, drive: drive, stride: stride)
    } else {
      pass(
        own, width: width, states: states, groups: places.groups, drive: drive, stride: stride)
    }
    fade(own, width: width, retention: retention)
  }

  @inline(__always)
  private func pass(
    _ own: UnsafeMutablePointer<Lanes>, width: Int, states: Int, groups: Int,
    drive: UnsafePointer<Lanes>, stride: Int
  ) {
    let side = 2 * places.coordinates
    let column = column
    for state in 0..<states { column[state] = own[state * width] }
    let (d0, d1, d2, d3) = (drive[0], drive[stride], drive[2 * stride], drive[3 * stride])
    for group in 0..<groups {
      var sums = rows(group, states: states, groups: groups, column: column)
      let arm = arms + group * 16
      sums.0 = fused(
        arm[0], d0, fused(arm[4], d1, fused(arm[8], d2, fused(arm[12], d3, sums.0))))
      sums.1 = fused(
        arm[1], d0, fused(arm[5], d1, fused(arm[9], d2, fused(arm[13], d3, sums.1))))
      sums.2 = fused(
        arm[2], d0, fused(arm[6], d1, fused(arm[10], d2, fused(arm[14], d3, sums.2))))
      sums.3 = fused(
        arm[3], d0, fused(arm[7], d1, fused(arm[11], d2, fused(arm[15], d3, sums.3))))
      store(sums, to: own + 4 * group * width, width: width, rows: side - 4 * group)
    }
  }

  /// One block of the joints' movers.
  @inline(__always)
  private func propagateMovers(
    _ index: Int, _ own: UnsafeMutablePointer<Lanes>, width: Int,
    gains: UnsafeMutablePointer<SIMD4<Double>>, retention: UnsafePointer<Double>?
  ) {
    let side = 2 * places.coordinates
    let groups = places.groups
    for state in 0..<places.states { column[state] = own[state * width] }
    for group in 0..<groups {
      var sums = rows(group, states: places.states, groups: groups, column: column)
      for place in 0..<(4 * places.coordinates) {
        let mover = movers[place * places.moverBlocks + index]
        let gain = gains[place * groups + group]
        sums.0 = fused(all(gain.x), mover, sums.0)
        sums.1 = fused(all(gain.y), mover, sums.1)
        sums.2 = fused(all(gain.z), mover, sums.2)
        sums.3 = fused(all(gain.w), mover, sums.3)
      }
      store(sums, to: own + 4 * group * width, width: width, rows: side - 4 * group)
    }
    fade(own, width: width, retention: retention)
  }

  /// Four rows of A times a block of columns.
  @inline(__always)
  private func rows(
    _ group: Int, states: Int, groups: Int, column: UnsafePointer<Lanes>
  ) -> (Lanes, Lanes, Lanes, Lanes) {
    var sums = (all(0), all(0), all(0), all(0))
    let transition = transition
    for state in 0..<states {
      let factor = transition[state * groups + group]
      let z = column[state]
      sums.0 = fused(all(factor.x), z, sums.0)
      sums.1 = fused(all(factor.y), z, sums.1)
      sums.2 = fused(all(factor.z), z, sums.2)
      sums.3 = fused(all(factor.w), z, sums.3)
    }
    return sums
  }

  /// At most four rows.
  @inline(__always)
  private func store(
    _ sums: (Lanes, Lanes, Lanes, Lanes), to own: UnsafeMutablePointer<Lanes>, width: Int,
    rows: Int
  ) {
    own[0] = sums.0
    own[width] = sums.1
    guard rows > 2 else { return }
    own[2 * width] = sums.2
    own[3 * width] = sums.3
  }

  /// Disturbances fade.
  @inline(__always)
  private func fade(
    _ own: UnsafeMutablePointer<Lanes>, width: Int, retention: UnsafePointer<Double>?
  ) {
    guard let retention else { return }
    let side = 2 * places.coordinates
    for state in side..<places.states { own[state * width] *= all(retention[state - side]) }
  }

  /// How disturbances move the end: they multiply activations and add to torques.
  @inline(__always)
  func fillDisturbances() {
    let activations = places.activationDisturbances
    let torques = places.torqueDisturbances
    let side = 2 * places.coordinates
    let groups = places.groups
    if activations > 0 {
      let to = UnsafeMutableRawPointer(transition).assumingMemoryBound(to: Double.self)
      for block in 0..<places.blocks {
        fillArms(block)
        for group in 0..<groups {
          var sums = (all(0), all(0), all(0), all(0))
          let arm = arms + group * 16
          for stage in 0..<4 {
            let effect =
              kept[
                (stage * places.blocks + block) * MuscleKernel.Kept.count
                  + MuscleKernel.Kept.activation]
              * levels[Self.time(stage) * places.blocks + block]
            sums.0 = fused(arm[4 * stage], effect, sums.0)
            sums.1 = fused(arm[4 * stage + 1], effect, sums.1)
            sums.2 = fused(arm[4 * stage + 2], effect, sums.2)
            sums.3 = fused(arm[4 * stage + 3], effect, sums.3)
          }
          for lane in 0..<8 where members[8 * block + lane] >= 0 {
            let place = 4 * ((side + members[8 * block + lane]) * groups + group)
            to[place] = sums.0[lane]
            to[place + 1] = sums.1[lane]
            to[place + 2] = sums.2[lane]
            to[place + 3] = sums.3[lane]
          }
        }
      }
    }
    for joint in 0..<torques {
      for group in 0..<groups {
        var sum = gains[joint * groups + group]
        for stage in 1..<4 {
          sum += gains[(stage * places.coordinates + joint) * groups + group]
        }
        transition[(side + activations + joint) * groups + group] = sum
      }
    }
  }
}
