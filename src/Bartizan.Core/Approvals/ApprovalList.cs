using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>The digest of a list of asks, so that one answer can be to all that was shown and to nothing else.</summary>
public static class ApprovalList
{
    /// <summary>Asks that one answer may be to: what a person reads in one sitting.</summary>
    public const int MaxItems = 32;

    /// <summary>The digest over ids and digests, in the order shown.</summary>
    public static Digest DigestOf(IEnumerable<(string Id, string Digest)> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var text = new StringBuilder("bartizan asks v1\n");
        foreach (var (id, digest) in items)
        {
            // Lengths first: no two lists make one text.
            text.Append(id.Length).Append(' ').Append(id).Append(' ').Append(digest).Append('\n');
        }

        return Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
