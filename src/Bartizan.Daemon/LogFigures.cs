namespace Bartizan.Daemon;

/// <summary>The log in figures.</summary>
/// <param name="Origin">The instance's id.</param>
/// <param name="Entries">Entries in it.</param>
/// <param name="Syncs">Syncs to the disk since the start.</param>
/// <param name="Witnessing">How far it is witnessed; null without witnesses.</param>
/// <param name="Problem">Why it takes nothing more, or signs no checkpoint; null while it does both.</param>
internal readonly record struct LogFigures(
    string Origin,
    long Entries,
    long Syncs,
    Client.WitnessingReply? Witnessing,
    string? Problem
)
{
    /// <summary>What is wrong with a log, in one sentence; null when nothing is.</summary>
    public static string? ProblemOf(Log.TransparencyLog log) =>
        log.Failure is { } failure ? $"the log takes no entry and every action is denied: {failure.Message}"
        : log.CheckpointProblem is { } problem
            ? $"no checkpoint is signed, and what was written since the last one can't be proven: {problem.Message}"
        : null;
}
