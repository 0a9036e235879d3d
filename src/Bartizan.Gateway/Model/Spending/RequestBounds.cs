using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Budgets;

namespace Bartizan.Gateway.Model.Spending;

/// <summary>
/// The most that a request can cost, read from its body the way the upstream will. Where two readers could disagree there is
/// no answer but a refusal. Read only for sessions whose budget counts tokens or money.
/// <code>
/// tokens in  ≤ bytes of the body, normalised (no tokenizer makes two tokens of one byte) + what the provider adds + images
/// tokens out ≤ the request's own limit × its answers; without one, what the price table knows of the model
/// </code>
/// </summary>
internal sealed partial class RequestBounds
{
    /// <summary>Tokens that a provider puts around a conversation.</summary>
    public const int AddedTokens = 256;

    /// <summary>Tokens that a provider puts before tools: their instructions and, of computers, their definitions.</summary>
    public const int AddedByTools = 4096;

    /// <summary>Tokens of one image, above those of any provider's largest; its bytes say nothing of it.</summary>
    public const int TokensOfAnImage = 16_384;

    /// <summary>Answers that one request may ask for; OpenAI's own limit.</summary>
    public const int MaxAnswers = 128;

    /// <summary>The fewest tokens out that OpenAI's Responses API takes.</summary>
    private const int LeastOutput = 16;

    private const int MaxDepth = 256;
    private const int MaxNameLength = 64;

    // What they hold isn't in the request, or its bytes don't bound it: pages, minutes.
    private static readonly ImmutableHashSet<string> s_elsewhere =
    [
        "document",
        "input_file",
        "file",
        "input_audio",
        "audio",
        "video",
        "container_upload",
        "item_reference",
    ];

    private static readonly ImmutableHashSet<string> s_images = ["image", "input_image", "image_url"];

    // Tools that the client runs. Those that the provider runs read more than the request holds, as often as they like.
    private static readonly string[] s_clientTools =
    [
        "function",
        "custom",
        "namespace",
        "local_shell",
        "shell",
        "apply_patch",
        "computer",
        "bash_",
        "text_editor_",
        "memory_",
    ];

    private readonly List<(string Key, int Start, int Length, long? Value)> _limits = [];
    private (int At, string Before, string After)? _place;
    private readonly ImmutableArray<string> _keys;
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private long _images;
    private long _thinking;
    private bool _hasTools;
    private bool _readsElsewhere;
    private int _answers = 1;
    private string? _unpriced;

    private RequestBounds(ImmutableArray<string> keys) => _keys = keys;

    /// <summary>What is reserved for the request.</summary>
    public SpendEstimate Estimate { get; private set; } = new();

    /// <summary>Reads a body that is a valid JSON object.</summary>
    /// <returns>Null with a sentence in <paramref name="problem"/>.</returns>
    public static RequestBounds? TryRead(string path, ReadOnlySpan<byte> body, out string problem)
    {
        problem = "";
        if (
            path is "/v1/messages/count_tokens" or "/v1/responses/input_tokens"
            || path.EndsWith(":countTokens", StringComparison.Ordinal)
        )
        {
            return new RequestBounds([])
            {
                Estimate = new SpendEstimate { Bytes = body.Length, MaxOutputTokens = 0 },
            };
        }

        var bounds = new RequestBounds(
            path switch
            {
                "/v1/messages" => ["max_tokens"],
                "/v1/chat/completions" => ["max_completion_tokens", "max_tokens"],
                "/v1/responses" or "/v1/responses/compact" => ["max_output_tokens"],
                _ when GeminiPath.Generates(path) => ["maxOutputTokens"],
                _ => [],
            }
        );
        try
        {
            problem =
                (
                    path.StartsWith(GeminiPath.Models, StringComparison.Ordinal)
                        ? bounds.ReadGemini(body)
                        : bounds.Read(body)
                ) ?? "";
            if (GeminiPath.Generates(path))
            {
                bounds._place ??= (body.IndexOf((byte)'{') + 1, "\"generationConfig\":{\"maxOutputTokens\":", "},");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problem = "the request body is not valid JSON";
        }

        if (problem.Length > 0)
        {
            return null;
        }

        bounds.Conclude(body.Length, NormalGrowth.Of(body), path == "/v1/embeddings" || GeminiPath.Embeds(path));
        return bounds;
    }

    /// <summary>
    /// The body with its limit at most <paramref name="most"/>: each limit that is higher or missing is replaced, byte for byte in
    /// its place. Null when the wire format has no such limit.
    /// </summary>
    public byte[]? Cap(ReadOnlySpan<byte> body, long most)
    {
        if (_keys.IsEmpty)
        {
            return null;
        }

        var number = Encoding.ASCII.GetBytes(most.ToString(CultureInfo.InvariantCulture));
        var capped = new ArrayBufferWriter<byte>(body.Length + 64);
        var at = 0;
        if (_limits.Count == 0)
        {
            (at, var before, var after) = _place ?? (body.IndexOf((byte)'{') + 1, $"\"{_keys[0]}\":", ",");
            capped.Write(body[..at]);
            capped.Write(Encoding.ASCII.GetBytes(before));
            capped.Write(number);
            capped.Write(Encoding.ASCII.GetBytes(after));
        }

        foreach (var (_, start, length, value) in _limits.OrderBy(limit => limit.Start))
        {
            capped.Write(body[at..start]);
            capped.Write(value <= most ? body.Slice(start, length) : number);
            at = start + length;
        }

        capped.Write(body[at..]);
        return capped.WrittenSpan.ToArray();
    }

    private string? Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        var top = "";
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var depth = reader.CurrentDepth;
            if (depth == 1)
            {
                top = NameOf(ref reader);
                if (ReadTop(ref reader, top) is { } problem)
                {
                    return problem;
                }
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                ReadType(ref reader, isTool: top == "tools" && depth == 3);
            }
            else if (top == "thinking" && depth == 2 && reader.ValueTextEquals("budget_tokens"u8))
            {
                reader.Read();
                _thinking = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var budget) ? budget : 0;
            }
        }

        return null;
    }

    private string? ReadTop(ref Utf8JsonReader reader, string name)
    {
        if (!IsRead(name))
        {
            return null;
        }

        if (
            !_seen.Add(name)
            || _keys.Concat(["n"]).Any(key => key != name && key.Equals(name, StringComparison.OrdinalIgnoreCase))
        )
        {
            return $"the request body has the field `{name}` twice, or in a spelling that some upstreams take for another";
        }

        reader.Read();
        if (_keys.Contains(name, StringComparer.Ordinal))
        {
            return ReadLimit(ref reader, name);
        }

        var isSet = reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
        switch (name)
        {
            case "n":
                return isSet && (!TryCount(ref reader, out var answers) || answers is < 1 or > MaxAnswers)
                    ? $"the field `n` is no number of answers from 1 to {MaxAnswers}"
                    : Answers(isSet, ref reader);
            case "tools":
                _hasTools = isSet;
                break;
            case "previous_response_id" or "conversation" or "prompt" or "container" or "mcp_servers":
                _readsElsewhere |= isSet;
                break;
            case "service_tier" when IsText(ref reader, "priority") || IsText(ref reader, "fast"):
            case "speed" when IsText(ref reader, "fast"):
            case "inference_geo" when isSet && !IsText(ref reader, "global"):
                _unpriced = $"its `{name}` has a price of its own";
                break;
        }

        return null;
    }

    private string? Answers(bool isSet, ref Utf8JsonReader reader)
    {
        _answers = isSet ? reader.GetInt32() : 1;
        return null;
    }

    private string? ReadLimit(ref Utf8JsonReader reader, string name)
    {
        var (start, length) = ((int)reader.TokenStartIndex, reader.ValueSpan.Length);
        if (reader.TokenType == JsonTokenType.Null)
        {
            _limits.Add((name, start, length, null));
            return null;
        }

        if (!TryCount(ref reader, out var limit) || limit < 0)
        {
            return $"the field `{name}` is no whole number of tokens, and a budget stands in this agent's manifest";
        }

        _limits.Add((name, start, length, limit));
        return null;
    }

    private void ReadType(ref Utf8JsonReader reader, bool isTool)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxNameLength)
        {
            _readsElsewhere |= isTool;
            return;
        }

        var type = reader.GetString()!;
        _images += s_images.Contains(type) ? 1 : 0;
        _readsElsewhere |=
            s_elsewhere.Contains(type)
            || (isTool && !Array.Exists(s_clientTools, own => type.StartsWith(own, StringComparison.Ordinal)));
    }

    private void Conclude(int length, long growth, bool isEmbedding)
    {
        var given = _limits.Where(limit => limit.Value is not null).Select(limit => limit.Value).DefaultIfEmpty().Max();
        Estimate = new SpendEstimate
        {
            InputTokens = length + growth + AddedTokens + (_hasTools ? AddedByTools : 0) + (_images * TokensOfAnImage),
            ReadsElsewhere = _readsElsewhere,
            MaxOutputTokens = isEmbedding ? 0 : given,
            MinOutputTokens = Math.Max(LeastOutput, _thinking is > 0 and < long.MaxValue ? _thinking + 1 : 0),
            Answers = _answers,
            Bytes = length,
            Unpriced = _unpriced,
        };
    }

    private bool IsRead(string name) =>
        _keys.Contains(name, StringComparer.OrdinalIgnoreCase)
        || name.Equals("n", StringComparison.OrdinalIgnoreCase)
        || name
            is "tools"
                or "previous_response_id"
                or "conversation"
                or "prompt"
                or "container"
                or "mcp_servers"
                or "service_tier"
                or "speed"
                or "inference_geo";

    private static string NameOf(ref Utf8JsonReader reader) =>
        reader.ValueSpan.Length <= MaxNameLength ? reader.GetString()! : "";

    private static bool TryCount(ref Utf8JsonReader reader, out long count)
    {
        count = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out count);
    }

    private static bool IsText(ref Utf8JsonReader reader, string text) =>
        reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(text);
}
