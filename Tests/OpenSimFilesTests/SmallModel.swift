/// A self-made three-body model in format 4.x; tests break one piece of it at a time.
///
/// `upper` hangs on the ground by a pin whose frames are turned, `lower` on `upper` by a custom joint
/// about a slanted axis, `tip` is welded to `lower`. The joints stand in the wrong order on purpose.
let smallModel = """
  <?xml version="1.0" encoding="UTF-8" ?>
  <OpenSimDocument Version="40000">
    <Model name="small">
      <Ground name="ground"/>
      <gravity>0 -9.81 0</gravity>
      <credits>made for a test</credits>
      <length_units>meters</length_units>
      <force_units>N</force_units>
      <BodySet name="bodyset">
        <objects>
          <Body name="upper">
            <mass>2</mass>
            <mass_center>0 -0.15 0</mass_center>
            <inertia>0.02 0.004 0.021 0.001 -0.0012 0.0005</inertia>
          </Body>
          <Body name="lower">
            <mass>1.5</mass>
            <mass_center>0 -0.1 0.01</mass_center>
            <inertia>0.01 0.002 0.011 0 0 0</inertia>
          </Body>
          <Body name="tip">
            <mass>0</mass>
            <mass_center>0 0 0</mass_center>
            <inertia>0 0 0 0 0 0</inertia>
          </Body>
        </objects>
      </BodySet>
      <JointSet name="jointset">
        <objects>
          <WeldJoint name="wrist">
            <socket_parent_frame>/bodyset/lower</socket_parent_frame>
            <socket_child_frame>/bodyset/tip</socket_child_frame>
          </WeldJoint>
          <CustomJoint name="elbow">
            <socket_parent_frame>../elbow/upper_offset</socket_parent_frame>
            <socket_child_frame>/bodyset/lower</socket_child_frame>
            <coordinates>
              <Coordinate name="elbow_flex">
                <default_value>0.25</default_value>
                <range>0 2.5</range>
                <locked>true</locked>
              </Coordinate>
            </coordinates>
            <frames>
              <PhysicalOffsetFrame name="upper_offset">
                <socket_parent>/bodyset/upper</socket_parent>
                <translation>0.01 -0.3 0.02</translation>
                <orientation>0 0 0</orientation>
              </PhysicalOffsetFrame>
            </frames>
            <SpatialTransform>
              <TransformAxis name="rotation1">
                <coordinates/>
                <axis>1 0 0</axis>
                <Constant name="function"><value>0</value></Constant>
              </TransformAxis>
              <TransformAxis name="rotation2">
                <coordinates>elbow_flex</coordinates>
                <axis>3 0 4</axis>
                <LinearFunction name="function"><coefficients> 1 0</coefficients></LinearFunction>
              </TransformAxis>
            </SpatialTransform>
          </CustomJoint>
          <PinJoint name="shoulder">
            <socket_parent_frame>ground_offset</socket_parent_frame>
            <socket_child_frame>upper_offset</socket_child_frame>
            <coordinates>
              <Coordinate name="shoulder_elev">
                <range>-1.5 3.1</range>
              </Coordinate>
            </coordinates>
            <frames>
              <PhysicalOffsetFrame name="ground_offset">
                <socket_parent>/ground</socket_parent>
                <translation>0 0.8 0.1</translation>
                <orientation>0.3 -0.5 0.7</orientation>
              </PhysicalOffsetFrame>
              <PhysicalOffsetFrame name="upper_offset">
                <socket_parent>/bodyset/upper</socket_parent>
                <translation>0 0.01 0</translation>
                <orientation>0 0 1.5707963267948966</orientation>
              </PhysicalOffsetFrame>
            </frames>
          </PinJoint>
        </objects>
      </JointSet>
      <ForceSet name="forceset">
        <objects>
          <DeGrooteFregly2016Muscle name="flexor">
            <GeometryPath name="path">
              <PathPointSet>
                <objects>
                  <PathPoint name="flexor-P1">
                    <socket_parent_frame>/ground</socket_parent_frame>
                    <location>0.02 0.8 0.1</location>
                  </PathPoint>
                  <PathPoint name="flexor-P2">
                    <socket_parent_frame>/jointset/shoulder/upper_offset</socket_parent_frame>
                    <location>0.1 0 0</location>
                  </PathPoint>
                  <PathPoint name="flexor-P3">
                    <socket_parent_frame>/bodyset/tip</socket_parent_frame>
                    <location>0.01 -0.05 0</location>
                  </PathPoint>
                </objects>
              </PathPointSet>
            </GeometryPath>
            <max_isometric_force>500</max_isometric_force>
            <optimal_fiber_length>0.12</optimal_fiber_length>
            <tendon_slack_length>0.2</tendon_slack_length>
            <pennation_angle_at_optimal>0.1</pennation_angle_at_optimal>
            <max_contraction_velocity>12</max_contraction_velocity>
            <passive_fiber_strain_at_one_norm_force>0.7</passive_fiber_strain_at_one_norm_force>
            <fiber_damping>0.01</fiber_damping>
            <activation_time_constant>0.02</activation_time_constant>
            <deactivation_time_constant>0.07</deactivation_time_constant>
          </DeGrooteFregly2016Muscle>
        </objects>
      </ForceSet>
    </Model>
  </OpenSimDocument>
  """

/// The same chain of two bodies in format 3.x: joints nested in bodies, ground among the bodies.
let oldFormatModel = """
  <OpenSimDocument Version="30000">
    <Model name="old">
      <defaults>
        <Thelen2003Muscle name="default">
          <FmaxMuscleStrain>0.65</FmaxMuscleStrain>
          <activation_time_constant>0.011</activation_time_constant>
        </Thelen2003Muscle>
      </defaults>
      <gravity>0 -9.81 0</gravity>
      <BodySet>
        <objects>
          <Body name="ground"><mass>0</mass><mass_center>0 0 0</mass_center></Body>
          <Body name="upper">
            <mass>2</mass>
            <mass_center>0 -0.15 0</mass_center>
            <inertia_xx>0.02</inertia_xx> <inertia_yy>0.004</inertia_yy> <inertia_zz>0.021</inertia_zz>
            <inertia_xy>0.001</inertia_xy> <inertia_xz>0</inertia_xz> <inertia_yz>0</inertia_yz>
            <Joint>
              <CustomJoint name="shoulder">
                <parent_body>ground</parent_body>
                <location_in_parent>0 0.8 0</location_in_parent>
                <orientation_in_parent>0 0 0.5</orientation_in_parent>
                <location>0 0.02 0</location>
                <orientation>0 0 0</orientation>
                <CoordinateSet>
                  <objects>
                    <Coordinate name="shoulder_elev">
                      <motion_type>rotational</motion_type>
                      <default_value>0.1</default_value>
                      <range>-1 2</range>
                      <locked>false</locked>
                    </Coordinate>
                  </objects>
                </CoordinateSet>
                <reverse>false</reverse>
                <SpatialTransform>
                  <TransformAxis name="rotation1">
                    <coordinates>shoulder_elev</coordinates>
                    <axis>0 0 2</axis>
                    <function><LinearFunction><coefficients>1 0</coefficients></LinearFunction></function>
                  </TransformAxis>
                  <TransformAxis name="translation1">
                    <coordinates></coordinates>
                    <axis>1 0 0</axis>
                    <function><Constant><value>0</value></Constant></function>
                  </TransformAxis>
                </SpatialTransform>
              </CustomJoint>
            </Joint>
          </Body>
        </objects>
      </BodySet>
      <ForceSet>
        <objects>
          <Thelen2003Muscle name="lifter">
            <isDisabled>false</isDisabled>
            <GeometryPath>
              <PathPointSet>
                <objects>
                  <PathPoint name="P1"><location>0.1 0.8 0</location><body>ground</body></PathPoint>
                  <PathPoint name="P2"><location>0.02 -0.1 0</location><body>upper</body></PathPoint>
                </objects>
              </PathPointSet>
            </GeometryPath>
            <max_isometric_force>300</max_isometric_force>
            <optimal_fiber_length>0.1</optimal_fiber_length>
            <tendon_slack_length>0.1</tendon_slack_length>
          </Thelen2003Muscle>
          <CoordinateActuator name="reserve"><isDisabled>true</isDisabled></CoordinateActuator>
        </objects>
      </ForceSet>
    </Model>
  </OpenSimDocument>
  """
