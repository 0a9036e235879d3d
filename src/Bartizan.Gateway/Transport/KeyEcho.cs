using System.Text;

namespace Bartizan.Gateway.Transport;

/// <summary>
/// The injected credential, as an upstream may give it back: in an error that quotes it, or a header. It reaches neither the
/// agent nor the log. What is not found: a key in another encoding, or one torn over two reads of an answer's body.
/// </summary>
internal sealed class KeyEcho
{
    private const string Bearer = "Bearer ";

    private readonly byte[] _bytes;

    private KeyEcho(string? key)
    {
        Key = key;
        _bytes = key is null ? [] : Encoding.Latin1.GetBytes(key);
    }

    /// <summary>The key; null when none was injected.</summary>
    public string? Key { get; }

    /// <summary>Of a request that is ready to be sent: the agent's own credentials were never copied to it.</summary>
    public static KeyEcho Of(HttpRequestMessage request)
    {
        var headers = request.Headers.NonValidated;
        if (
            headers.TryGetValues("x-api-key", out var values)
            || headers.TryGetValues(PresentedToken.GoogleHeader, out values)
        )
        {
            return new KeyEcho(Some(values.ToString()));
        }

        return
            headers.TryGetValues("authorization", out values)
            && values.ToString() is var field
            && field.StartsWith(Bearer, StringComparison.Ordinal)
            ? new KeyEcho(Some(field[Bearer.Length..]))
            : new KeyEcho(null);
    }

    /// <summary>Of a key that was given; empty for none.</summary>
    public static KeyEcho OfKey(string key) => new(Some(key));

    /// <summary>The text, or null when it holds the key.</summary>
    public string? Without(string? text) =>
        Key is not null && text?.Contains(Key, StringComparison.Ordinal) == true ? null : text;

    /// <summary>Writes over each occurrence, so that lengths stay as they were announced.</summary>
    public void Mask(Span<byte> bytes)
    {
        if (_bytes.Length == 0)
        {
            return;
        }

        for (int at; (at = bytes.IndexOf(_bytes)) >= 0; bytes = bytes[(at + _bytes.Length)..])
        {
            bytes.Slice(at, _bytes.Length).Fill((byte)'*');
        }
    }

    private static string? Some(string key) => key.Length == 0 ? null : key;
}
