using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Identity;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// The marks of a certificate: itself, and its alternative names to the letter (RFC 5280, 4.2.1.6). They are read by their bytes and not
/// as text for people, which says one name with a comma in it as two and cuts others off at a NUL (CVE-2009-2408, CVE-2021-44532).
/// </summary>
internal static class CertificateNames
{
    private const string Extension = "2.5.29.17";

    private static readonly (Asn1Tag Tag, CertificateMarkKind Kind)[] s_read =
    [
        (new Asn1Tag(TagClass.ContextSpecific, 1), CertificateMarkKind.Email),
        (new Asn1Tag(TagClass.ContextSpecific, 2), CertificateMarkKind.Dns),
        (new Asn1Tag(TagClass.ContextSpecific, 6), CertificateMarkKind.Uri),
    ];

    /// <summary>All of them; null where they can't be read.</summary>
    public static List<CertificateMark>? Of(X509Certificate2 certificate)
    {
        List<CertificateMark> marks = [CertificateMark.Of(certificate.RawDataMemory.Span)];
        try
        {
            foreach (var extension in certificate.Extensions.Where(one => one.Oid?.Value == Extension))
            {
                var all = new AsnReader(extension.RawData, AsnEncodingRules.DER);
                var names = all.ReadSequence();
                all.ThrowIfNotEmpty();
                while (names.HasData)
                {
                    Read(names, marks);
                }
            }

            return marks;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static void Read(AsnReader names, List<CertificateMark> marks)
    {
        var tag = names.PeekTag();
        foreach (var (known, kind) in s_read)
        {
            if (tag.HasSameClassAndValue(known))
            {
                marks.Add(new(kind, names.ReadCharacterString(UniversalTagNumber.IA5String, known)));
                return;
            }
        }

        _ = names.ReadEncodedValue();
    }
}
