using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Hooks;

/// <summary>
/// What of a call's result goes on to the model. It is what the passage's own inspection says of it, as of every other result; and a
/// credential that the session's manifest names stands in none, wherever the client's tool has read it.
/// </summary>
internal sealed class ResultSight(ICredentialLender lender)
{
    /// <summary>What stands in the place of a credential.</summary>
    private const string Masked = "[credential]";

    /// <summary>The shortest value that is looked for: shorter ones stand in ordinary text by chance.</summary>
    private const int MinCredentialLength = 8;

    /// <summary>How deep a result may be; the reader of the event allows no more.</summary>
    private const int MaxDepth = 64;

    /// <summary>Looks at a result before the model does.</summary>
    /// <param name="session">The session.</param>
    /// <param name="passage">The call's passage; null for one that isn't remembered.</param>
    /// <param name="result">What the client's tool gave.</param>
    /// <param name="cancellationToken">Fires when whoever asks has gone.</param>
    /// <returns>What goes on.</returns>
    public async ValueTask<SeenResult> LookAsync(
        Session session,
        Passage? passage,
        JsonElement result,
        CancellationToken cancellationToken
    )
    {
        if (result.ValueKind == JsonValueKind.Undefined)
        {
            return new SeenResult(null, "");
        }

        var secrets = await SecretsAsync(session, cancellationToken).ConfigureAwait(false);
        var isMasked = false;
        var shown = Rewrite(JsonNode.Parse(result.GetRawText()), Mask, Mask, 0);
        if (passage is not null)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(shown);
            var inspection = await passage.InspectMessageAsync(bytes, cancellationToken).ConfigureAwait(false);
            switch (inspection.Verdict)
            {
                case InspectionVerdict.Forward:
                    break;
                case InspectionVerdict.Replace when Parsed(inspection.Bytes) is { } other:
                    return new SeenResult(other, "what may not be seen in the result was replaced");
                default:
                    return Withheld(shown, "the result was withheld");
            }
        }

        return isMasked ? new SeenResult(shown, "a credential in the result was masked") : new SeenResult(null, "");

        string Mask(string text)
        {
            var without = secrets.Aggregate(
                text,
                (rest, secret) => rest.Replace(secret, Masked, StringComparison.Ordinal)
            );
            isMasked |= without != text;
            return without;
        }
    }

    /// <summary>The result of a call that nobody sees: in its shape, so that the client takes it, and with nothing in it.</summary>
    public static SeenResult Withheld(JsonElement result, string why) =>
        Withheld(result.ValueKind == JsonValueKind.Undefined ? null : JsonNode.Parse(result.GetRawText()), why);

    private static SeenResult Withheld(JsonNode? result, string why)
    {
        var isSaid = false;
        var sentence = $"Bartizan: {why}.";
        var shown = Rewrite(result, Hide, static name => name, 0);
        return new SeenResult(isSaid ? shown : JsonValue.Create(sentence), why) { IsWithheld = true };

        string Hide(string text)
        {
            // One of the few words by which a client tells the kinds of its own results.
            if (text is "" or "text" or "file" or "image" or "create" or "update")
            {
                return text;
            }

            var first = !isSaid;
            isSaid = true;
            return first ? sentence : "";
        }
    }

    private async ValueTask<List<string>> SecretsAsync(Session session, CancellationToken cancellationToken)
    {
        var secrets = new List<string>();
        foreach (var name in session.Manifest.Credentials.Keys)
        {
            try
            {
                await lender
                    .CompareAsync(
                        session.Id,
                        name,
                        secret =>
                        {
                            if (secret.Length >= MinCredentialLength)
                            {
                                secrets.Add(secret.ToString());
                            }
                        },
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            }
            catch (CredentialUnavailableException)
            {
                // What isn't there can't stand in a result.
            }
        }

        return secrets;
    }

    private static JsonNode? Parsed(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonNode.Parse(bytes.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A name can hold as much as a value does.
    private static JsonNode? Rewrite(
        JsonNode? node,
        Func<string, string> change,
        Func<string, string> changeName,
        int depth
    )
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject or JsonArray when depth >= MaxDepth:
                return JsonValue.Create("");
            case JsonObject members:
                var made = new JsonObject();
                foreach (var (name, value) in members)
                {
                    made[changeName(name)] = Rewrite(value, change, changeName, depth + 1);
                }

                return made;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Rewrite(item, change, changeName, depth + 1))]);
            default:
                return node.GetValueKind() == JsonValueKind.String
                    ? JsonValue.Create(change(node.GetValue<string>()))
                    : node.DeepClone();
        }
    }
}
