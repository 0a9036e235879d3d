using System.Buffers;
using System.Text.Json;

namespace Bartizan.Gateway.Model;

/// <summary>
/// Reads which model a request body asks for, the way the upstream will. Where two readers could disagree (the field
/// twice, or again in another case, as Go's encoding/json would take it) there is no answer but a refusal.
/// </summary>
internal static class ModelField
{
    /// <summary>The longest model id; providers' own are under 100.</summary>
    public const int MaxLength = 256;

    /// <summary>Tool schemas nest; deeper than this is an attack on somebody's stack.</summary>
    private const int MaxDepth = 256;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create([
        .. Enumerable.Range(0, 33).Select(c => (char)c),
        '\u007f',
        '\u2028',
        '\u2029',
        '\ufeff',
    ]);

    /// <summary>Reads the whole of <paramref name="body"/>, so that broken JSON is found here and not by the upstream.</summary>
    /// <returns>False with a sentence in <paramref name="problem"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, out string model, out string problem)
    {
        model = "";
        problem = "";
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                problem = "the request body is not a JSON object";
                return false;
            }

            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                if (reader.ValueTextEquals("model"u8))
                {
                    if (model.Length > 0)
                    {
                        problem = "the request body has the field `model` twice";
                        return false;
                    }

                    if (!reader.Read() || reader.TokenType != JsonTokenType.String || !IsModel(ref reader, out model))
                    {
                        problem = "the field `model` is not the name of a model";
                        return false;
                    }
                }
                else if (IsLookAlike(ref reader, out var name))
                {
                    problem = $"the request body has the field `{name}`, which some upstreams read as `model`";
                    return false;
                }
                else if (reader.ValueTextEquals("models"u8))
                {
                    problem = "the field `models` lets the upstream choose: name one `model`";
                    return false;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            model = "";
            problem = "the request body is not valid JSON";
            return false;
        }

        problem = model.Length == 0 ? "the request body has no field `model`" : "";
        return model.Length > 0;
    }

    private static bool IsModel(ref Utf8JsonReader reader, out string model)
    {
        model = reader.GetString() ?? "";
        return model.Length is > 0 and <= MaxLength && !model.AsSpan().ContainsAny(Forbidden);
    }

    private static bool IsLookAlike(ref Utf8JsonReader reader, out string name)
    {
        // Five letters, or escapes that could come to five letters.
        name = "";
        if (reader.ValueSpan.Length != 5 && !reader.ValueIsEscaped)
        {
            return false;
        }

        name = reader.GetString()!;
        return name.Equals("model", StringComparison.OrdinalIgnoreCase);
    }
}
