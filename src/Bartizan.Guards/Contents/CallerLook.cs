using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Packs;

namespace Bartizan.Guards.Contents;

/// <summary>
/// What a caller sends to an agent that answers people. It is a stranger's text, whoever was verified: what it may carry is what anything
/// from outside may.
/// </summary>
internal static class CallerLook
{
    /// <summary>Looks at a request's query, words of its head and body.</summary>
    public static GuardReport At(
        Verdicts verdicts,
        AgentAction action,
        GuardTerms terms,
        GuardPack pack,
        CancellationToken cancellationToken
    )
    {
        var asked = new Asked(terms.Injection, terms.HiddenText, null, null, terms.Lexical, null)
        {
            Scale = terms.UntrustedScale,
            Pack = pack,
        };
        foreach (var payload in action.Payloads.IsDefault ? [] : action.Payloads)
        {
            verdicts.Size(payload.Content.Length, terms.MaxInputBytes);
            foreach (var text in TextsOf(payload))
            {
                cancellationToken.ThrowIfCancellationRequested();
                ContentLook.At(verdicts, text, Channel.Untrusted, asked);
            }
        }

        return verdicts.ToReport();
    }

    // An agent reads an address and a form without their escapes.
    private static IEnumerable<string> TextsOf(Payload payload)
    {
        var isForm =
            payload.Role is "query"
            || payload.MediaType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
        return isForm
            ? [Uri.UnescapeDataString(Encoding.UTF8.GetString(payload.Content.Span).Replace('+', ' '))]
            : PayloadTexts.Of(payload, isModel: false).Select(one => one.Text);
    }
}
