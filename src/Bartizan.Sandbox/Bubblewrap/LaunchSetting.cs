namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>What a launch needs to know of the host.</summary>
/// <param name="BubblewrapPath">The program.</param>
/// <param name="StageDirectory">Where root's launches pin their binds, each in a mount namespace of its own.</param>
/// <param name="Limits">At which tier limits are enforced.</param>
/// <param name="Rewrite">Changes what is passed on; for tests of the protection only, else null.</param>
internal sealed record LaunchSetting(
    string BubblewrapPath,
    string StageDirectory,
    LimitTier Limits,
    Action<LaunchSpecs>? Rewrite = null
);
