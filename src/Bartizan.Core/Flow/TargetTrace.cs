using System.Text.Json;

namespace Bartizan.Core.Flow;

/// <summary>What is known of the values that one action carries, for rules that ask where its targets come from.</summary>
/// <param name="known">What the session knows.</param>
/// <param name="arguments">The call's arguments.</param>
/// <param name="url">The whole address of a request; null for everything else, and where the whole of it isn't known.</param>
public sealed class TargetTrace(Provenance known, JsonElement arguments, string? url)
{
    /// <summary>Targets that a note names; the rest is a number.</summary>
    private const int MaxNamed = 4;

    private const string Untraced = "comes neither from the user nor from a trusted source";

    /// <summary>True when every target of an action is the user's, or a trusted source's; false when it has none.</summary>
    public bool IsWhole(TargetTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Follow(terms, null);
    }

    /// <summary>Why, for people and the record: argument by argument, and never a value.</summary>
    public string Note(TargetTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var notes = new List<string>();
        _ = Follow(terms, notes);
        var named = notes.Distinct(StringComparer.Ordinal).ToList();
        var more = named.Count > MaxNamed ? $"; and {named.Count - MaxNamed} more" : "";
        return string.Join("; ", named.Take(MaxNamed)) + more;
    }

    private bool Follow(TargetTerms terms, List<string>? notes)
    {
        if (terms.Paths.IsEmpty)
        {
            return Follow("its address", url is null ? null : OriginOf(url), terms, notes);
        }

        var targets = ActionTargets.Of(terms, arguments);
        if (!targets.HasNamed || !targets.IsWhole)
        {
            notes?.Add(targets.HasNamed ? "it has too many targets to look at" : $"it has no {terms.Named} to look at");
            return false;
        }

        var isWhole = true;
        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (argument, value, isUrlIn) in targets.Values)
        {
            // What was named for one argument isn't named for another: a card's number is no limit.
            var form = ValueForm.Of(value) ?? value;
            if (!isUrlIn && !holders.TryAdd(form, argument) && holders[form] != argument)
            {
                notes?.Insert(
                    0,
                    $"`{Policies.Policy.Shown(argument)}` is the same as `{Policies.Policy.Shown(holders[form])}`"
                );
                return false;
            }

            var shown = $"`{Policies.Policy.Shown(argument)}`";
            isWhole &= isUrlIn
                ? Follow($"an address in {shown}", OriginOfUrl(value), terms, notes)
                : Follow(shown, OriginOf(value), terms, notes);
            if (!isWhole && notes is null)
            {
                return false;
            }
        }

        return isWhole;
    }

    private static bool Follow(string name, ValueOrigin? origin, TargetTerms terms, List<string>? notes)
    {
        if (origin is not null && (!terms.OnlyUsers || origin.Source is null))
        {
            notes?.Add($"{name} comes from {origin}");
            return true;
        }

        notes?.Insert(0, origin is null ? $"{name} {Untraced}" : $"{name} comes from {origin} and not from the user");
        return false;
    }

    private ValueOrigin? OriginOfUrl(string url)
    {
        foreach (var one in ValueText.Unmarked(url))
        {
            if (known.Find(one) is { } origin)
            {
                return origin;
            }
        }

        return null;
    }

    // As it stands, or of the addresses that it lists the one that is least the user's own.
    private ValueOrigin? OriginOf(string value)
    {
        if (known.Find(value) is { } whole)
        {
            return whole;
        }

        ValueOrigin? least = null;
        foreach (var mail in ActionTargets.MailsOf(value))
        {
            if (known.Find(mail) is not { } one)
            {
                return null;
            }

            least = least?.Source is null ? one : least;
        }

        return least;
    }
}
