namespace Bartizan.Sandbox.Launches;

/// <summary>How long a launch and a kill may take.</summary>
/// <param name="Launch">From spawn to ready.</param>
/// <param name="Kill">From the first blow to verified empty.</param>
internal sealed record LaunchPatience(TimeSpan Launch, TimeSpan Kill);
