using System.Text;
using System.Text.Json;

namespace Bartizan.Gateway.Model.Answers;

/// <summary>What is noted of an answer: tool calls, tokens, the id. Bounded whatever the upstream sends.</summary>
internal sealed class AnswerNotes
{
    /// <summary>Tool calls noted of one answer; clients ask for a few in parallel.</summary>
    public const int MaxToolCalls = 256;

    /// <summary>Characters of one call's arguments; a whole file may be among them.</summary>
    public const int MaxArgumentsLength = 64 << 10;

    /// <summary>Characters of all arguments of one answer.</summary>
    public const int MaxAllArgumentsLength = 256 << 10;

    /// <summary>
    /// Characters that a token has on average at most, in an answer long enough to matter: prose has four to six, and only a
    /// model that repeats itself has more.
    /// </summary>
    public const int MaxCharactersPerToken = 8;

    private const int MaxNameLength = 256;

    private readonly List<Draft> _calls = [];
    private int _argumentsLength;
    private long _characters;

    /// <summary>Tokens in, cached ones included.</summary>
    public long InputTokens { get; private set; }

    /// <summary>Tokens out.</summary>
    public long OutputTokens { get; private set; }

    /// <summary>Of the tokens in, those read from a cache.</summary>
    public long CacheReadTokens { get; private set; }

    /// <summary>Of the tokens in, those written to a cache.</summary>
    public long CacheWriteTokens { get; private set; }

    /// <summary>True once the upstream has said what the whole answer used.</summary>
    public bool IsCounted { get; private set; }

    /// <summary>Pieces of text that came.</summary>
    public long Pieces { get; private set; }

    /// <summary>Tokens that the text that came has at least.</summary>
    public long LeastTokens => _characters / MaxCharactersPerToken;

    /// <summary>The answer's id, when it is one that the upstream may keep.</summary>
    public string? Id { get; private set; }

    /// <summary>The calls noted.</summary>
    public IEnumerable<ToolCall> ToolCalls =>
        _calls.Select(call => new ToolCall(call.Name, call.Arguments?.ToString() ?? ""));

    /// <summary>True when something was left out at a bound.</summary>
    public bool Truncated { get; set; }

    /// <summary>Notes tokens; a later, larger count replaces an earlier one, as providers send running totals.</summary>
    public void Tokens(long input, long output, long cacheRead = 0, long cacheWrite = 0, bool isAll = true)
    {
        IsCounted |= isAll;
        CacheReadTokens = Math.Max(CacheReadTokens, cacheRead);
        CacheWriteTokens = Math.Max(CacheWriteTokens, cacheWrite);
        InputTokens = Math.Max(InputTokens, input);
        OutputTokens = Math.Max(OutputTokens, output);
    }

    /// <summary>Counts a piece of text; one of no length is none.</summary>
    public void Passed(long characters)
    {
        Pieces += characters > 0 ? 1 : 0;
        _characters += characters;
    }

    /// <summary>Notes the answer's id.</summary>
    public void Identify(string? id) => Id ??= id is { Length: > 0 and <= MaxNameLength } ? id : null;

    /// <summary>Notes a call that starts; its arguments follow under the same <paramref name="index"/>.</summary>
    public void Begin(long index, string? name)
    {
        if (_calls.Count == MaxToolCalls)
        {
            Truncated = true;
            return;
        }

        name ??= "";
        _calls.Add(new Draft(index, name.Length <= MaxNameLength ? name : name[..MaxNameLength]));
    }

    /// <summary>True when a call with this index was begun.</summary>
    public bool Has(long index) => _calls.Exists(call => call.Index == index);

    /// <summary>Adds a piece of a call's arguments.</summary>
    public void Append(long index, string? arguments)
    {
        var call = _calls.FindLast(call => call.Index == index);
        if (call is null || string.IsNullOrEmpty(arguments))
        {
            return;
        }

        call.Arguments ??= new StringBuilder();
        var room = Math.Min(MaxArgumentsLength - call.Arguments.Length, MaxAllArgumentsLength - _argumentsLength);
        var taken = Math.Clamp(arguments.Length, 0, Math.Max(room, 0));
        Truncated |= taken < arguments.Length;
        call.Arguments.Append(arguments, 0, taken);
        _argumentsLength += taken;
    }

    /// <summary>A string member, or null.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A count, or zero.</summary>
    public static long Count(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var count)
            ? Math.Max(count, 0)
            : 0;

    /// <summary>The sum of counts; one that passes the range stays at its end.</summary>
    public static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>The length of a string member, or zero.</summary>
    public static long LengthOf(JsonElement element, string name) => Text(element, name)?.Length ?? 0;

    /// <summary>An object member, or nothing.</summary>
    public static bool TryObject(JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty(name, out value)
            && value.ValueKind == JsonValueKind.Object;
    }

    /// <summary>The elements of an array member, or none.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray()
            : [];

    private sealed class Draft(long index, string name)
    {
        public long Index { get; } = index;

        public string Name { get; } = name;

        public StringBuilder? Arguments { get; set; }
    }
}
