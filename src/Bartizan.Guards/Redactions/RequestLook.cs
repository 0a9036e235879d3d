using Bartizan.Core.Enforcement;
using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// What a manifest keeps from models, in one request. All of what goes to the provider counts, whoever wrote it: the user, a tool, the
/// model itself in an earlier turn (its answer came back with the values in it), the system prompt.
/// </summary>
internal static class RequestLook
{
    private const string Version = "1";

    /// <summary>
    /// Looks, and takes out; the body that may be sent, empty where it is the agent's own, and whether a credential stood in it.
    /// </summary>
    public static (ReadOnlyMemory<byte> Sent, bool IsTried) At(
        Verdicts verdicts,
        AgentAction action,
        GuardTerms terms,
        SecretIndex? lent,
        Placeholders names,
        CancellationToken cancellationToken
    )
    {
        var (sent, isTried) = (ReadOnlyMemory<byte>.Empty, false);
        foreach (var payload in action.Payloads.IsDefault ? [] : action.Payloads)
        {
            var count = new RedactionCount();
            var texts = new TextRedaction(terms, lent, names, count);
            if (new RequestRedaction(texts, cancellationToken).Of(payload.Content) is not { } cleaned)
            {
                // No JSON, or strings that are no text: nobody can say what of it a provider reads.
                verdicts.Add($"request/{Version} to model", 1, 1, GuardAction.Block, [s_unread]);
                continue;
            }

            count.Judge(verdicts, terms);
            isTried |= ContentLook.ForLent(verdicts, lent, cleaned, terms.SecretsToModel);
            sent = cleaned.Equals(payload.Content) ? sent : cleaned;
        }

        return (sent, isTried);
    }

    private static readonly ContentFinding s_unread = new("request", "unreadable", 0, 0, FindingSeverity.High, 1);
}
