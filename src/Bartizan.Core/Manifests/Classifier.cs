namespace Bartizan.Core.Manifests;

/// <summary>A classifier outside that reads content, too (<c>guards.classifiers</c>). It can only make a decision stricter.</summary>
public sealed record Classifier
{
    /// <summary>Its name in verdicts.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is asked. Operator-named: loopback and http are allowed.</summary>
    public required Uri Url { get; init; }

    /// <summary>True when it reads what tools answered.</summary>
    public bool ReadsUntrusted { get; init; }

    /// <summary>True when it reads what the user typed.</summary>
    public bool ReadsUser { get; init; }

    /// <summary>From this score on something is done.</summary>
    public required double Threshold { get; init; }

    /// <summary>What is done.</summary>
    public required GuardAction Action { get; init; }

    /// <summary>What is done when it gives no answer that can be read.</summary>
    public required GuardAction OnFailure { get; init; }

    /// <summary>How long one answer is waited for.</summary>
    public required TimeSpan Within { get; init; }
}
