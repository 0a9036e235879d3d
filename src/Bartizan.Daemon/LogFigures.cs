namespace Bartizan.Daemon;

/// <summary>The log in figures.</summary>
/// <param name="Origin">The instance's id.</param>
/// <param name="Entries">Entries in it.</param>
/// <param name="Syncs">Syncs to the disk since the start.</param>
/// <param name="Witnessing">How far it is witnessed; null without witnesses.</param>
internal readonly record struct LogFigures(string Origin, long Entries, long Syncs, Client.WitnessingReply? Witnessing);
