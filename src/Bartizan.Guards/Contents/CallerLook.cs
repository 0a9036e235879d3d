using Bartizan.Core.Enforcement;
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
    /// <summary>Looks at a request's path, query, words of its head and body.</summary>
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
        if (action.Target is ServeTarget target && CallerTexts.OfPath(target.Path) is { } path)
        {
            ContentLook.At(verdicts, path, Channel.Untrusted, asked);
        }

        foreach (var payload in action.Payloads.IsDefault ? [] : action.Payloads)
        {
            verdicts.Size(payload.Content.Length, terms.MaxInputBytes);
            foreach (var text in CallerTexts.Of(payload))
            {
                cancellationToken.ThrowIfCancellationRequested();
                ContentLook.At(verdicts, text, Channel.Untrusted, asked);
            }
        }

        return verdicts.ToReport();
    }
}
