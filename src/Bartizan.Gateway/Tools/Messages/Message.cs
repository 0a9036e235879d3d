using System.Text.Json;
using System.Text.Unicode;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>
/// The outside of one JSON-RPC message, read in one pass over its bytes. Two readers must not understand it differently: no
/// name twice, none but the protocol's own (some readers take <c>Method</c> for <c>method</c>), valid UTF-8, one value.
/// </summary>
/// <param name="Kind">What it is; unreadable when anything is wrong with it.</param>
/// <param name="Method">The method; empty for an answer.</param>
/// <param name="Id">The id as its JSON text; empty for none.</param>
/// <param name="Inner">The bytes of <c>params</c>, <c>result</c> or <c>error</c>; empty for none.</param>
internal readonly record struct Message(MessageKind Kind, string Method, string Id, ReadOnlyMemory<byte> Inner)
{
    /// <summary>The longest id; one of a client that counts is short.</summary>
    public const int MaxIdLength = 256;

    /// <summary>The longest method; the protocol's own are short.</summary>
    public const int MaxMethodLength = 128;

    /// <summary>How deep a message may nest; more can't be a value that a person wrote a schema for.</summary>
    public const int MaxDepth = 64;

    private static readonly Message Unreadable = new(MessageKind.Unreadable, "", "", default);

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = MaxDepth };

    /// <summary>Reads one.</summary>
    public static Message Read(ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            return Unreadable;
        }

        try
        {
            return ReadValid(bytes);
        }
        catch (JsonException)
        {
            return Unreadable;
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair.
            return Unreadable;
        }
    }

    private static Message ReadValid(ReadOnlyMemory<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes.Span, Strict);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return Unreadable;
        }

        var (version, hasId, id, method, seen) = (false, false, "", (string?)null, 0);
        ReadOnlyMemory<byte> inner = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(ref reader);
            if (name == Name.Unknown || (seen & (1 << (int)name)) != 0)
            {
                return Unreadable;
            }

            seen |= 1 << (int)name;
            reader.Read();
            switch (name)
            {
                case Name.Version:
                    version = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("2.0"u8);
                    break;
                case Name.Id when reader.TokenType is JsonTokenType.String or JsonTokenType.Number:
                    hasId = true;
                    id = IdOf(ref reader);
                    break;
                case Name.Id when reader.TokenType == JsonTokenType.Null:
                    break;
                case Name.Method
                    when reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MaxMethodLength:
                    method = reader.GetString();
                    break;
                case Name.Params or Name.Result or Name.Error:
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    inner = bytes[start..(int)reader.BytesConsumed];
                    break;
                default:
                    return Unreadable;
            }
        }

        var whole =
            version && reader.TokenType == JsonTokenType.EndObject && !reader.Read() && id.Length <= MaxIdLength;
        var kind = (Has(seen, Name.Method), Has(seen, Name.Result), Has(seen, Name.Error)) switch
        {
            _ when !whole => MessageKind.Unreadable,
            (true, false, false) when hasId => MessageKind.Request,
            (true, false, false) when !Has(seen, Name.Id) => MessageKind.Notification,
            (false, true, false) when hasId && !Has(seen, Name.Params) => MessageKind.Result,
            (false, false, true) when !Has(seen, Name.Params) => MessageKind.Error,
            _ => MessageKind.Unreadable,
        };
        return kind == MessageKind.Unreadable ? Unreadable : new Message(kind, method ?? "", id, inner);
    }

    /// <summary>The one spelling of an id that a message names in its parameters; null for what is none.</summary>
    public static string? IdOf(JsonElement named) =>
        named.ValueKind switch
        {
            JsonValueKind.Number => named.GetRawText(),
            JsonValueKind.String => JsonSerializer.Serialize(named.GetString(), MessageText.Default.String),
            _ => null,
        };

    private static bool Has(int seen, Name name) => (seen & (1 << (int)name)) != 0;

    // One spelling of one id: a text unescaped, a number as it stands.
    private static string IdOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number
            ? System.Text.Encoding.ASCII.GetString(reader.ValueSpan)
            : JsonSerializer.Serialize(reader.GetString(), MessageText.Default.String);

    private static Name NameOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("jsonrpc"u8) ? Name.Version
        : reader.ValueTextEquals("id"u8) ? Name.Id
        : reader.ValueTextEquals("method"u8) ? Name.Method
        : reader.ValueTextEquals("params"u8) ? Name.Params
        : reader.ValueTextEquals("result"u8) ? Name.Result
        : reader.ValueTextEquals("error"u8) ? Name.Error
        : Name.Unknown;

    private enum Name
    {
        Unknown = 0,
        Version,
        Id,
        Method,
        Params,
        Result,
        Error,
    }
}
