using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Queries;

/// <summary>
/// What a filter of a document store may be: <c>operators: [eq, in]</c>. A key that begins with <c>$</c> is an operator there, which can
/// run code (<c>$where</c>, <c>$function</c>) or turn a comparison into a tautology (<c>$ne</c>).
/// </summary>
/// <param name="Allowed">The operators, without <c>$</c>.</param>
public sealed record OperatorTerms(ImmutableArray<string> Allowed)
{
    /// <summary>Levels of a filter; a deeper one isn't understood.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions s_strict = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
    };

    /// <summary>Whether a value holds no other operators.</summary>
    public Truth Judge(JsonElement value) => Judge(value, 0);

    /// <summary>The same of a text, which a server may read as JSON.</summary>
    public Truth Judge(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny('{', '[') < 0)
        {
            // Without a bracket nothing in it can be a key.
            return Truth.True;
        }

        try
        {
            using var document = JsonDocument.Parse(text.ToString(), s_strict);
            return Judge(document.RootElement, 0);
        }
        catch (JsonException)
        {
            return Truth.Unknown;
        }
    }

    private Truth Judge(JsonElement value, int depth)
    {
        if (depth > MaxDepth)
        {
            return Truth.Unknown;
        }

        var truth = Truth.True;
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                truth = Kleene.And(truth, Judge(item, depth + 1));
            }
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                var isAllowed =
                    !member.Name.StartsWith('$') || Allowed.Contains(member.Name[1..], StringComparer.Ordinal);
                truth = Kleene.And(truth, Kleene.And(Kleene.Of(isAllowed), Judge(member.Value, depth + 1)));
            }
        }
        else if (value.ValueKind == JsonValueKind.String && depth == 0)
        {
            truth = Judge(value.GetString());
        }

        return truth;
    }

    /// <inheritdoc/>
    public bool Equals(OperatorTerms? other) => other is not null && Allowed.SequenceEqual(other.Allowed);

    /// <inheritdoc/>
    public override int GetHashCode() => Allowed.Length;
}
