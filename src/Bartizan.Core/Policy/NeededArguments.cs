using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>Writes the <c>args</c> that one tool call needs, each with the value that it has, as they would stand in a manifest.</summary>
internal static class NeededArguments
{
    /// <summary>A longer text is no line that a person reads and pastes.</summary>
    private const int MaxText = 2000;

    /// <summary>
    /// The key and its value in one line; null when the call has no arguments or they can't all be named by their values: then
    /// a rule of the pattern alone is the narrowest there is. Of a list it says which items it may have, not in which order.
    /// </summary>
    public static string? Of(ActionTarget target, in Situation situation)
    {
        var arguments = situation.Facts.Args;
        if (target is not ToolTarget || arguments.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var demands = new List<(string Path, ImmutableArray<ArgumentValue> In)>();
        if (!TryObject("", arguments, demands) || demands.Count is 0 or > ArgumentTree.MaxArguments)
        {
            return null;
        }

        // What is proposed must be true: read back, it lets exactly these arguments pass.
        var rules = demands.Select(d => new ArgumentRule { Path = d.Path, In = d.In }).ToImmutableArray();
        var text = $"args: {{ {string.Join(", ", demands.Select(TextOf))} }}";
        var tree = ArgumentTree.Parse(rules, grants: true, out _, out _);
        return text.Length <= MaxText && tree?.Judge(arguments, grants: true) == Truth.True ? text : null;
    }

    private static bool TryObject(
        string path,
        JsonElement value,
        List<(string Path, ImmutableArray<ArgumentValue> In)> demands
    )
    {
        var members = 0;
        foreach (var member in value.EnumerateObject())
        {
            if (++members > ArgumentTree.MaxArguments || !IsName(member.Name))
            {
                return false;
            }

            if (!TryValue(path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value, demands))
            {
                return false;
            }
        }

        return members > 0 || path.Length == 0;
    }

    private static bool TryValue(
        string path,
        JsonElement value,
        List<(string Path, ImmutableArray<ArgumentValue> In)> demands
    )
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return path.Count(c => c == '.') < ArgumentTree.MaxDepth && TryObject(path, value, demands);
            case JsonValueKind.Array:
                var items = value.EnumerateArray().Take(ArgumentTree.MaxArguments + 1).Select(ScalarOf).ToList();
                if (items.Count is 0 or > ArgumentTree.MaxArguments || items.Contains(null))
                {
                    return false;
                }

                demands.Add((path + "[]", [.. items.OfType<ArgumentValue>().Distinct()]));
                return true;
            default:
                var scalar = ScalarOf(value);
                demands.Add((path, scalar is { } one ? [one] : []));
                return scalar is not null;
        }
    }

    private static ArgumentValue? ScalarOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => new ArgumentValue("true", Plain: true),
            JsonValueKind.False => new ArgumentValue("false", Plain: true),
            JsonValueKind.Number when value.TryGetDecimal(out var number) => new ArgumentValue(
                number.ToString(CultureInfo.InvariantCulture),
                Plain: true
            ),
            JsonValueKind.String when TextOf(value) is { } text => new ArgumentValue(text, Plain: false),
            _ => null,
        };

    // As rules will read it, and only what a person can read in a manifest.
    private static string? TextOf(JsonElement value)
    {
        var scratch = new Scratch();
        try
        {
            return
                JsonText.TryRead(JsonMarshal.GetRawUtf8Value(value)[1..^1], ref scratch, out var utf8)
                && utf8.Length <= MaxText
                && Encoding.UTF8.GetString(utf8) is var text
                && !string.IsNullOrWhiteSpace(text)
                && text.All(c => c is (>= ' ' and <= '~') || char.IsLetterOrDigit(c))
                ? text
                : null;
        }
        finally
        {
            scratch.Dispose();
        }
    }

    private static bool IsName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static string TextOf((string Path, ImmutableArray<ArgumentValue> In) demand) =>
        $"{KeyOf(demand.Path)}: {{ in: [{string.Join(", ", demand.In.Select(v => v.Plain ? v.Text : Quoted(v.Text)))}] }}";

    private static string KeyOf(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.') && char.IsAsciiLetter(path[0])
            ? path
            : Quoted(path);

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
