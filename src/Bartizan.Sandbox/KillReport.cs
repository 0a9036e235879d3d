namespace Bartizan.Sandbox;

/// <summary>What a kill did.</summary>
/// <param name="Elapsed">From the call to verified empty.</param>
/// <param name="VerifiedEmpty">True when no process is left, as seen by <paramref name="Evidence"/>.</param>
/// <param name="Evidence">What was looked at: <c>cgroup.events populated 0</c>, <c>cgroup.procs empty</c>, <c>pidfd of init</c>.</param>
/// <param name="Swept">Processes that the first blow had not ended and the sweep found.</param>
public sealed record KillReport(TimeSpan Elapsed, bool VerifiedEmpty, string Evidence, int Swept);
