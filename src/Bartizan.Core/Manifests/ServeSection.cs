namespace Bartizan.Core.Manifests;

/// <summary>An agent that answers people: for whom it acts is said by those who call, and not by who started it.</summary>
public sealed record ServeSection
{
    /// <summary>Who may call.</summary>
    public CallerTerms Callers { get; init; } = new();
}
