using System.Runtime.InteropServices;

namespace Bartizan.Gateway.Egress;

/// <summary>How a body's end is told (RFC 9112, section 6).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BodyFraming(BodyKind Kind, long Length)
{
    /// <summary>18 digits: the longest decimal that can't overflow.</summary>
    private const int MaxDigits = 18;

    public static BodyFraming None { get; } = new(BodyKind.None, 0);

    public static BodyFraming UntilClose { get; } = new(BodyKind.UntilClose, 0);

    /// <summary>
    /// Reads Content-Length and Transfer-Encoding. Both, one of them twice, a list, or a coding other than chunked is request
    /// smuggling or the ground for it. Without either the framing is <see cref="None"/>.
    /// </summary>
    public static bool TryParse(List<HeadField> fields, bool http10, out BodyFraming framing, out string problem)
    {
        framing = None;
        problem = "";
        var length = HeadFields.Single(fields, "Content-Length", out var twoLengths);
        var coding = HeadFields.Single(fields, "Transfer-Encoding", out var twoCodings);
        if (twoLengths || twoCodings || (length is not null && coding is not null))
        {
            problem = "the length of the body is told twice";
            return false;
        }

        if (coding is not null)
        {
            problem = "the transfer coding is not `chunked`";
            framing = new BodyFraming(BodyKind.Chunked, 0);
            return !http10 && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase);
        }

        if (length is null)
        {
            return true;
        }

        problem = "the length of the body is not a number";
        if (length.Length is 0 or > MaxDigits || length.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        var bytes = long.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
        framing = new BodyFraming(BodyKind.Length, bytes);
        return true;
    }
}
