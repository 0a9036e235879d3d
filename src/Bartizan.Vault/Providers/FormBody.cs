using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Vault.Providers;

/// <summary>A body of form fields that may be secrets: no text is made of it, and it is wiped.</summary>
internal sealed class FormBody : IDisposable
{
    /// <summary>What a request says of it.</summary>
    public const string Type = "application/x-www-form-urlencoded";

    private byte[] _bytes = new byte[512];
    private int _length;

    /// <summary>The body; who gets it wipes it.</summary>
    public byte[] ToArray() => _bytes[.._length];

    /// <summary>Adds a field.</summary>
    public FormBody Add(string name, ReadOnlySpan<char> value)
    {
        if (_length > 0)
        {
            Put((byte)'&');
        }

        Encode(name);
        Put((byte)'=');
        Encode(value);
        return this;
    }

    /// <summary>Adds a field that is a secret.</summary>
    public FormBody Add(string name, Secret value)
    {
        value.Use(text => Add(name, text.Span));
        return this;
    }

    /// <summary>A text as it stands in a field.</summary>
    public static FormBody Of(ReadOnlySpan<char> text)
    {
        var body = new FormBody();
        body.Encode(text);
        return body;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private void Encode(ReadOnlySpan<char> text)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, rented);
        foreach (var one in rented.AsSpan(0, length))
        {
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                Put(one);
                continue;
            }

            Put((byte)'%');
            Put((byte)"0123456789ABCDEF"[one >> 4]);
            Put((byte)"0123456789ABCDEF"[one & 15]);
        }

        CryptographicOperations.ZeroMemory(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
    }

    private void Put(byte one)
    {
        if (_length == _bytes.Length)
        {
            var more = new byte[_length * 2];
            _bytes.CopyTo(more, 0);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = more;
        }

        _bytes[_length++] = one;
    }
}
