using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Approvals;

/// <summary>
/// What an ask rule demands of the answer (<c>approval</c>): who, how many, how soon. Where the terms of several rules meet on one action,
/// each has to be met. A rule without terms leaves it to the others; where no rule names people, the person who started the session
/// answers.
/// </summary>
public sealed record ApprovalTerms
{
    /// <summary>The most people whose yes a rule may demand.</summary>
    public const int MaxQuorum = 10;

    /// <summary>How long an ask waits where its rules don't say.</summary>
    public static readonly TimeSpan DefaultWithin = TimeSpan.FromMinutes(15);

    /// <summary>The longest that a rule may let an ask wait: an agent's connection is held open all the while.</summary>
    public static readonly TimeSpan MaxWithin = TimeSpan.FromHours(24);

    /// <summary>Who may answer, by the names of <c>people.yaml</c>, groups written out; empty where the rule names nobody.</summary>
    public ImmutableArray<string> By { get; init; } = [];

    /// <summary>How many of them must say yes.</summary>
    public int Quorum { get; init; } = 1;

    /// <summary>How long the action waits for them.</summary>
    public TimeSpan Within { get; init; } = DefaultWithin;

    /// <summary>How often one yes may count at most, as <see cref="ApprovalScope"/> says it.</summary>
    public int Uses { get; init; } = ApprovalScope.Once;

    /// <summary>True when the yes of whoever started the session doesn't count.</summary>
    public bool SeparatesStarter { get; init; }

    /// <summary>True when the yes of whoever wrote the manifest doesn't count.</summary>
    public bool SeparatesAuthor { get; init; }

    /// <summary>In one spelling: two terms with one text demand the same.</summary>
    public string Canonical =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Quorum} of {System.Text.Json.JsonSerializer.Serialize(By.AsSpan().ToArray())} within {Within.TotalSeconds}s"
        )
        + (Uses > ApprovalScope.Once ? $" for {ApprovalScope.Write(Uses)}" : "")
        + (SeparatesStarter ? " not the starter" : "")
        + (SeparatesAuthor ? " not the author" : "");

    /// <summary>True when whatever meets these terms meets <paramref name="other"/>, too.</summary>
    public bool IsAtLeast(ApprovalTerms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (other.By.IsEmpty || (!By.IsEmpty && By.All(name => other.By.Contains(name, StringComparer.Ordinal))))
            && Quorum >= other.Quorum
            && Within <= other.Within
            && Uses <= other.Uses
            && (SeparatesStarter || !other.SeparatesStarter)
            && (SeparatesAuthor || !other.SeparatesAuthor);
    }

    /// <inheritdoc/>
    public bool Equals(ApprovalTerms? other) =>
        other is not null && string.Equals(Canonical, other.Canonical, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Canonical);
}
