namespace Bartizan.Client.Retention;

/// <summary>Asks the instance to let go of what has reached its age.</summary>
/// <param name="DryRun">Only to say what would go, and what stays and why.</param>
public sealed record PruneRequest(bool DryRun);
