using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bartizan.Core.Findings;
using Bartizan.Guards.Injection;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Packs;

/// <summary>
/// A pack as JSON, the text that is signed: <c>{"pack": version, "number": 1, "orders": [{kind, severity, untrusted, user, gap, steps}], "tokens": […], "marks": […],
/// "weights": base64}</c>. Members that are left out are the shipped pack's; unknown ones are an error.
/// </summary>
public static partial class GuardPackFile
{
    /// <summary>Characters of a pack.</summary>
    public const int MaxCharacters = 8 << 20;

    /// <summary>Rules of orders: their states lie on the stack while a text is read.</summary>
    public const int MaxRules = 256;

    /// <summary>Tokens, and marks.</summary>
    public const int MaxMarks = 1_024;

    /// <summary>Characters of one word, token or mark.</summary>
    public const int MaxWord = 64;

    /// <summary>Words between two steps.</summary>
    public const int MaxGap = 16;

    /// <summary>Bytes of weights.</summary>
    public const int MaxWeights = 4 << 20;

    private static readonly HashSet<string> s_members = new(StringComparer.Ordinal)
    {
        "pack",
        "number",
        "orders",
        "tokens",
        "marks",
        "weights",
    };

    private static readonly JsonSerializerOptions s_readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Reads a pack.</summary>
    /// <exception cref="GuardPackException">It is none.</exception>
    public static GuardPack Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxCharacters)
        {
            throw new GuardPackException($"the pack is longer than {MaxCharacters >> 20} Mi characters");
        }

        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 };
            using var document = JsonDocument.Parse(text, options);
            return Read(document.RootElement);
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new GuardPackException("the pack is no JSON of the documented shape");
        }
    }

    /// <summary>The shipped pack's rules, tokens and marks, for whoever writes another.</summary>
    public static string WriteShipped(string version, int number) =>
        new JsonObject
        {
            ["pack"] = version,
            ["number"] = number,
            ["orders"] = new JsonArray([.. OrderRules.All.Select(Order)]),
            ["tokens"] = new JsonArray([.. RoleMarks.Tokens.Select(token => (JsonNode)token)]),
            ["marks"] = new JsonArray([.. RoleMarks.Marks.Select(mark => (JsonNode)mark)]),
        }.ToJsonString(s_readable) + "\n";

    private static JsonNode Order(OrderRule rule) =>
        new JsonObject
        {
            ["kind"] = rule.Kind,
            ["severity"] = rule.Severity.ToString().ToLowerInvariant(),
            ["untrusted"] = rule.Untrusted,
            ["user"] = rule.User,
            ["gap"] = rule.Gap,
            ["steps"] = new JsonArray([.. rule.Steps.Select(step => (JsonNode)step)]),
        };

    private static GuardPack Read(JsonElement root)
    {
        foreach (var member in root.EnumerateObject().Where(member => !s_members.Contains(member.Name)))
        {
            throw new GuardPackException($"the pack has a member `{Shown(member.Name)}` that isn't known");
        }

        if (
            !root.TryGetProperty("pack", out var named)
            || named.GetString() is not { } version
            || !VersionText().IsMatch(version)
            || version == GuardPack.ShippedVersion
        )
        {
            throw new GuardPackException(
                "the pack has no `pack`: its version, of at most 32 letters, digits, `.`, `-`, `_`"
            );
        }

        if (!root.TryGetProperty("number", out var numbered) || !numbered.TryGetInt32(out var number) || number < 1)
        {
            throw new GuardPackException("the pack has no `number`: 1 or more, higher in each later pack");
        }

        var shipped = GuardPack.Shipped;
        return new GuardPack(
            version,
            number,
            root.TryGetProperty("orders", out var orders) ? new OrderTable(ReadOrders(orders)) : shipped.Orders,
            new MarkTable(
                root.TryGetProperty("tokens", out var tokens) ? Words(tokens, "tokens") : shipped.Marks.Tokens,
                root.TryGetProperty("marks", out var marks) ? Words(marks, "marks") : shipped.Marks.Marks
            ),
            root.TryGetProperty("weights", out var weights) ? ReadWeights(weights) : shipped.Heads
        );
    }

    // Without a rule the guard would find nothing, and nobody would see that it is off.
    private static OrderRule[] ReadOrders(JsonElement orders) =>
        Many(orders, "orders", MaxRules).Select(ReadOrder).ToArray() is { Length: > 0 } rules
            ? rules
            : throw new GuardPackException("`orders` is empty");

    private static OrderRule ReadOrder(JsonElement order, int at)
    {
        var rule = new OrderRule(
            order.GetProperty("kind").GetString() ?? "",
            order.GetProperty("severity").GetString() switch
            {
                "high" => FindingSeverity.High,
                "medium" => FindingSeverity.Medium,
                "low" => FindingSeverity.Low,
                _ => throw new GuardPackException($"`orders[{at}].severity` is none of high, medium, low"),
            },
            order.GetProperty("untrusted").GetDouble(),
            order.GetProperty("user").GetDouble(),
            order.GetProperty("gap").GetInt32(),
            [.. order.GetProperty("steps").EnumerateArray().Select(step => step.GetString() ?? "")]
        );
        var fits =
            VersionText().IsMatch(rule.Kind)
            && rule.Untrusted is >= 0 and <= 1
            && rule.User is >= 0 and <= 1
            && rule.Gap is >= 0 and <= MaxGap
            && rule.Steps.Length is > 0 and <= OrderRules.MaxSteps
            && rule.Steps.All(step =>
                step.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words
                && words.All(word => word.Length <= MaxWord && word.TrimEnd('*').Length > 0)
            );
        return fits
            ? rule
            : throw new GuardPackException(
                $"`orders[{at}]` isn't a rule: a kind, scores from 0 to 1, a gap up to {MaxGap}, one to {OrderRules.MaxSteps} steps of words"
            );
    }

    private static LexicalHead[] ReadWeights(JsonElement weights)
    {
        var bytes = weights.GetBytesFromBase64();
        if (bytes.Length > MaxWeights)
        {
            throw new GuardPackException($"the weights are larger than {MaxWeights >> 20} MiB");
        }

        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            return LexicalModel.Read(reader);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException)
        {
            throw new GuardPackException("the weights can't be read: they are for other features, or cut short");
        }
    }

    private static ImmutableArray<string> Words(JsonElement list, string name)
    {
        var words = Many(list, name, MaxMarks).Select(word => word.GetString() ?? "").ToImmutableArray();
        return !words.IsEmpty && words.All(word => word.Length is > 1 and <= MaxWord)
            ? words
            : throw new GuardPackException($"`{name}` is empty, or has one that isn't 2 to {MaxWord} characters long");
    }

    private static IEnumerable<JsonElement> Many(JsonElement list, string name, int most) =>
        list.GetArrayLength() <= most
            ? list.EnumerateArray()
            : throw new GuardPackException($"`{name}` has more than {most}");

    private static string Shown(string name) => name.Length <= MaxWord && VersionText().IsMatch(name) ? name : "…";

    [GeneratedRegex("^[A-Za-z0-9._-]{1,32}$", RegexOptions.NonBacktracking)]
    private static partial Regex VersionText();
}
