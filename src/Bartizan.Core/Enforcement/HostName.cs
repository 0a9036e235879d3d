using System.Net;
using System.Net.Sockets;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// A host as a rule may name it: a DNS name (RFC 1123 letters, digits and hyphens; A-labels; lower case; no trailing dot)
/// or an address in its one canonical form (dotted decimal, or RFC 5952 IPv6 without brackets). This is the only parser
/// of host names in the house: what was decided is, byte for byte, what is resolved and dialed.
/// </summary>
public sealed record HostName
{
    /// <summary>RFC 1035: the longest name, in characters.</summary>
    public const int MaxLength = 253;

    private const int MaxLabelLength = 63;

    private HostName(string text, IPAddress? address)
    {
        Text = text;
        Address = address;
    }

    /// <summary>The canonical text.</summary>
    public string Text { get; }

    /// <summary>The address, when the host was written as one; null for a name.</summary>
    public IPAddress? Address { get; }

    /// <summary>Reads a host. A refusal says in half a sentence what is wrong with it.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out HostName host, out string problem)
    {
        host = null!;
        problem = "";
        if (text.Length is 0 or > MaxLength)
        {
            problem = "is empty or longer than 253 characters";
            return false;
        }

        if (text.Contains(':'))
        {
            return TryParseIPv6(text, out host, out problem);
        }

        Span<char> lower = stackalloc char[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.'))
            {
                problem = "holds a character that no host name has (only letters, digits, `-` and `.`)";
                return false;
            }

            lower[i] = char.ToLowerInvariant(c);
        }

        ReadOnlySpan<char> name = lower;
        if (name[^1] == '.')
        {
            problem = "ends in a dot";
            return false;
        }

        // A last label that starts with a digit makes a WHATWG URL parser read the whole as an IPv4 address: octal, hex and
        // short forms included. Only the canonical dotted decimal is taken.
        var last = name[(name.LastIndexOf('.') + 1)..];
        if (char.IsAsciiDigit(last[0]))
        {
            return TryParseIPv4(name, out host, out problem);
        }

        foreach (var range in name.Split('.'))
        {
            var label = name[range];
            if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
            {
                problem = "has an empty or over-long label, or one that starts or ends with `-`";
                return false;
            }
        }

        host = new HostName(new string(name), null);
        return true;
    }

    /// <summary>Wraps an address; an IPv4-mapped IPv6 address becomes the IPv4 address it means.</summary>
    public static HostName FromAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return new HostName(plain.ToString(), plain);
    }

    /// <summary>The canonical text; an IPv6 address stands in brackets, as in a URL.</summary>
    public override string ToString() =>
        Address is { AddressFamily: AddressFamily.InterNetworkV6 } ? $"[{Text}]" : Text;

    /// <inheritdoc/>
    public bool Equals(HostName? other) =>
        other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static bool TryParseIPv4(ReadOnlySpan<char> text, out HostName host, out string problem)
    {
        host = null!;
        problem = "";
        if (
            IPAddress.TryParse(text, out var address)
            && address.AddressFamily == AddressFamily.InterNetwork
            && text.SequenceEqual(address.ToString())
        )
        {
            host = new HostName(new string(text), address);
            return true;
        }

        problem = "looks like an IPv4 address that is not written as four decimal numbers";
        return false;
    }

    private static bool TryParseIPv6(ReadOnlySpan<char> text, out HostName host, out string problem)
    {
        host = null!;
        problem = "";
        // It holds a colon, so what stands between two brackets is not empty.
        var inner = text[0] == '[' && text[^1] == ']' ? text[1..^1] : text;
        var plain = inner.IndexOfAnyExcept("0123456789abcdefABCDEF:.") < 0;
        if (plain && IPAddress.TryParse(inner, out var address))
        {
            host = FromAddress(address);
            return true;
        }

        problem = "is not an IPv6 address (zone ids are not taken)";
        return false;
    }
}
