using System.Diagnostics.CodeAnalysis;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Identity;

/// <summary>
/// What of a certificate says whose it is: one of its alternative names (RFC 5280, 4.2.1.6), or the certificate itself. Two are one where
/// they are equal to the letter: there are no patterns, and its subject's name is none, because authorities check it least.
/// </summary>
/// <param name="Kind">Which.</param>
/// <param name="Value">The name, or the SHA-256 in hexadecimal digits.</param>
public sealed record CertificateMark(CertificateMarkKind Kind, string Value)
{
    /// <summary>The longest value: a SPIFFE id has at most 2048 bytes.</summary>
    public const int MaxChars = 2048;

    private static readonly (string Start, CertificateMarkKind Kind)[] s_kinds =
    [
        ("dns:", CertificateMarkKind.Dns),
        ("uri:", CertificateMarkKind.Uri),
        ("email:", CertificateMarkKind.Email),
        ("sha256:", CertificateMarkKind.Certificate),
    ];

    /// <summary>The mark of a certificate itself.</summary>
    public static CertificateMark Of(ReadOnlySpan<byte> certificate) =>
        new(CertificateMarkKind.Certificate, Digest.Of(certificate).ToString());

    /// <summary>Reads one as manifests say it; a problem follows it in a sentence.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out CertificateMark? mark,
        [NotNullWhen(false)] out string? problem
    )
    {
        ArgumentNullException.ThrowIfNull(text);
        mark = null;
        problem = "doesn't begin with `dns:`, `uri:`, `email:` or `sha256:`";
        foreach (var (start, kind) in s_kinds)
        {
            if (!text.StartsWith(start, StringComparison.Ordinal))
            {
                continue;
            }

            var value = text[start.Length..];
            problem = FindProblem(kind, value);
            mark = problem is null ? new CertificateMark(kind, value) : null;
        }

        return mark is not null;
    }

    /// <summary>As manifests say it.</summary>
    public override string ToString() => $"{s_kinds.First(one => one.Kind == Kind).Start}{Value}";

    // What stands in a certificate is compared to the letter, so what no authority writes would be nobody's for ever.
    private static string? FindProblem(CertificateMarkKind kind, string value) =>
        value.Length > MaxChars ? $"is longer than {MaxChars} characters"
        : !value.All(c => c is > ' ' and <= '~') ? "holds a space, or a character that isn't ASCII"
        : value.Contains('*', StringComparison.Ordinal) ? "is a pattern, and names are compared whole"
        : Fits(kind, value) ? null
        : kind switch
        {
            CertificateMarkKind.Dns => "is no name of DNS in lower case, without a dot at its end",
            CertificateMarkKind.Uri => "is no address with a scheme, such as `uri:spiffe://example.com/shop`",
            CertificateMarkKind.Email => "is no mailbox, such as `email:shop@example.com`",
            _ => "is no SHA-256 of 64 hexadecimal digits in lower case",
        };

    private static bool Fits(CertificateMarkKind kind, string value) =>
        kind switch
        {
            CertificateMarkKind.Dns => IsHost(value),
            CertificateMarkKind.Uri => char.IsAsciiLetter(value.FirstOrDefault())
                && value.IndexOf(':', StringComparison.Ordinal) is > 1 and var colon
                && colon < value.Length - 1
                && Uri.TryCreate(value, UriKind.Absolute, out _),
            CertificateMarkKind.Email => value.Split('@') is [{ Length: > 0 }, { Length: > 0 }],
            _ => Digest.TryParse(value, out _),
        };

    private static bool IsHost(string value) =>
        value.Length is > 0 and <= 253
        && value
            .Split('.')
            .All(label =>
                label.Length is > 0 and <= 63
                && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
                && label[0] != '-'
                && label[^1] != '-'
            );
}
