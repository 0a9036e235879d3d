using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Tests.Policies;

/// <summary>What docs/manifest.md says of `args`: a closed world for an allow, an open one for the others.</summary>
internal static class PlainArguments
{
    /// <summary>Whether the arguments of a call fit; null is unknown.</summary>
    public static bool? Fit(
        ImmutableArray<(string Name, bool Items, bool Optional, Func<JsonElement, bool?> Fits)> demands,
        JsonElement? arguments,
        bool allows
    )
    {
        if (demands.IsEmpty)
        {
            return true;
        }

        if (arguments is not { ValueKind: JsonValueKind.Object } call)
        {
            return null;
        }

        var all = demands.Aggregate((bool?)true, (so, demand) => so & One(demand, call, allows));
        var undeclared = call.EnumerateObject().Any(m => demands.All(d => d.Name != m.Name));
        return allows && undeclared ? false : all;
    }

    /// <summary>The argument of a name; null when it is absent, or two readers could take two different ones.</summary>
    public static JsonElement? Find(JsonElement call, string name, out bool absent)
    {
        var alike = call.EnumerateObject()
            .Where(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))
            .ToList();
        absent = alike.Count == 0;
        return alike is [var only] && only.Name == name ? only.Value : null;
    }

    private static bool? One(
        (string Name, bool Items, bool Optional, Func<JsonElement, bool?> Fits) demand,
        JsonElement call,
        bool allows
    )
    {
        if (Find(call, demand.Name, out var absent) is not { } value)
        {
            return absent && demand.Optional ? true : null;
        }

        if (!demand.Items)
        {
            return demand.Fits(value);
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var items = value.EnumerateArray().Select(demand.Fits);
        return allows
            ? items.Aggregate((bool?)true, (so, item) => so & item)
            : items.Aggregate((bool?)false, (so, item) => so | item);
    }
}
