using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Readers;

/// <summary>
/// A quarantined reader, as a manifest describes it. What it reads is seen by a model without tools, in a session of its own; the agent
/// gets values of a closed shape (<see cref="GivenField"/>) and no word of what was read. It never says what an agent may do: the
/// reader, its source and its model are three actions, and rules decide each.
/// </summary>
/// <param name="Name">Its name, and that of the tool that the agent sees.</param>
/// <param name="Source">The tool whose result is read.</param>
/// <param name="Model">The model that reads it.</param>
public sealed record ReaderTerms(string Name, ToolTarget Source, ModelTarget Model)
{
    /// <summary>The tool server that readers are the tools of.</summary>
    public const string Server = "reader";

    /// <summary>Readers of one manifest.</summary>
    public const int MaxReaders = 32;

    /// <summary>Values of one reader: each is a little of what was read.</summary>
    public const int MaxFields = 16;

    /// <summary>What it is for, for the agent.</summary>
    public string Description { get; init; } = "";

    /// <summary>What the model is asked about the content.</summary>
    public required string Question { get; init; }

    /// <summary>The values that it gives, in the order of the file.</summary>
    public required ImmutableArray<GivenField> Gives { get; init; }

    /// <summary>How many bits of what was read can reach the agent by one call.</summary>
    public double Bits => Gives.Sum(one => one.Bits);

    /// <summary>In one spelling: two with one text read the same and give the same.</summary>
    public string Canonical =>
        $"{Source.Text} by {Model.Text}, asked \"{JsonEncodedText.Encode(Question)}\", gives "
        + string.Join("; ", Gives.Select(one => one.Canonical).Order(StringComparer.Ordinal));

    /// <summary>
    /// What its caller has met by it. INVARIANT: a shape keeps orders out, not secrets: what the source is beside untrusted, its caller is.
    /// </summary>
    public Exposure Narrowed(Exposure source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source with { Labels = source.Labels & ~Labels.Untrusted, Traced = true };
    }
}
