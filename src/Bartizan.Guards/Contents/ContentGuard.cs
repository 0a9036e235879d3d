using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Exfiltration;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Packs;
using Bartizan.Guards.Prompts;
using Bartizan.Guards.Redactions;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Streams;

namespace Bartizan.Guards.Contents;

/// <summary>
/// The guards of a manifest, at work.
/// <code>
/// model request ── what the user said ────── injection (user) · hidden text · secrets · size
///              └── what tools answered ───── injection (untrusted) · hidden text · secrets · size
/// tool arguments, http addresses ─────────── secrets · personal data · size
/// what callers ask ───────────────────────── injection (untrusted) · hidden text · size
/// what they are answered ─────────────────── secrets · personal data · the system prompt
/// tool result ────────────────────────────── injection (untrusted) · hidden text · size
/// all of these ───────────────────────────── the session's own credentials, with `output.secrets`
/// </code>
/// It only makes a decision stricter. What a manifest doesn't name isn't looked for.
/// </summary>
public sealed class ContentGuard(
    ISessions sessions,
    ICredentialLender lender,
    TimeProvider clock,
    GuardPack? pack = null
) : IGuard
{
    private readonly GuardPack _pack = pack ?? GuardPack.Shipped;
    private readonly LentSecrets _lent = new(lender, clock);
    private readonly CredentialTries _tries = new();
    private readonly ConditionalWeakTable<Session, Placeholders> _names = [];
    private readonly ConditionalWeakTable<Session, Drips> _drips = [];
    private readonly ConditionalWeakTable<Session, SeenHosts> _hosts = [];

    /// <summary>
    /// From these scores on a text is taken for an attack: a loud sign of high confidence, or two that agree. Not calibrated on traffic;
    /// what a person types is measured by a higher one.
    /// </summary>
    public const double UntrustedThreshold = 0.75;

    /// <summary>The same for what the user typed.</summary>
    public const double UserThreshold = 0.8;

    /// <summary>From this confidence on a credential or personal datum counts; below, it is mentioned.</summary>
    public const double SensitiveThreshold = 0.75;

    /// <inheritdoc/>
    public bool Concerns(Session session, AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        return session.Manifest.Guards is not null
            && IsLookedAt(session.Manifest.Guards, action.Target.Verb)
            && (!action.Payloads.IsDefaultOrEmpty || action.Target.Verb is Verb.Http or Verb.Connect or Verb.Serve);
    }

    private static bool IsLookedAt(GuardTerms terms, Verb verb) =>
        verb is Verb.Model or Verb.Tool or Verb.Http or Verb.Serve
        || (verb == Verb.Connect && (terms.Exfiltration is not null || PromptGuard.IsAsked(terms)));

    /// <inheritdoc/>
    public bool WantsContent(Session session, AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        return action.Target.Verb == Verb.Http
            && session.Manifest.Guards
                is { Secrets: not null }
                    or { PersonalData: not null }
                    or { Exfiltration: not null }
                    or { Internals: not null }
                    or { Caps.IsEmpty: false }
                    or { Canaries: not null }
                    or { SystemPrompt: not null }
                    or { MaxOutputBytes: not null };
    }

    /// <inheritdoc/>
    public async ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (sessions.Find(action.Session) is not { Manifest.Guards: { } terms } session)
        {
            return new GuardReport(Effect.Deny, Labels.None, ["the session is over"]);
        }

        if (_tries.AreOver(session))
        {
            return CredentialTries.Refusal;
        }

        var verdicts = new Verdicts();
        var isTried = false;
        var counted = terms.Caps.IsEmpty ? null : new DataCount(terms);
        var outgoing = new Asked(null, null, terms.Secrets, terms.PersonalData, null, terms.Exfiltration)
        {
            Internals = terms.Internals,
            Counted = counted,
        };
        var lent = terms is { Secrets: null, Exfiltration: null, SecretsToModel: null }
            ? null
            : await _lent.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var (isModel, isCallers) = (action.Target.Verb == Verb.Model, action.Target.Verb == Verb.Serve);
        if (isCallers)
        {
            return CallerLook.At(verdicts, action, terms, _pack, cancellationToken);
        }

        var secrets = isModel && terms.SecretsToModel is not null ? null : terms.Secrets;
        foreach (var payload in action.Payloads.IsDefault ? [] : action.Payloads)
        {
            var most = isModel ? Least(terms.MaxInputBytes, terms.MaxOutputBytes) : terms.MaxOutputBytes;
            verdicts.Size(payload.Content.Length, most);
            isTried |= ContentLook.ForLent(verdicts, lent, payload.Content, secrets);
            var texts = PayloadTexts.Of(payload, isModel);
            foreach (var (channel, text) in texts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (isModel)
                {
                    ContentLook.At(
                        verdicts,
                        text,
                        channel,
                        new Asked(terms.Injection, terms.HiddenText, secrets, null, terms.Lexical, null)
                        {
                            Scale = channel == Channel.User ? terms.UserScale : terms.UntrustedScale,
                            Pack = _pack,
                            Pieces = new RequestPieces(payload.Content, channel, text, action.Known),
                        }
                    );
                }
                else
                {
                    ContentLook.At(verdicts, text, Channel.Untrusted, outgoing);
                }
            }
        }

        if (action.Target is HttpTarget)
        {
            ContentLook.At(verdicts, action.Target.Text, Channel.Untrusted, outgoing);
            isTried |= ContentLook.ForLent(verdicts, lent, Encoding.UTF8.GetBytes(action.Target.Text), terms.Secrets);
        }

        _tries.Count(session, action, isTried ? terms.Secrets : null);
        PromptGuard.Remember(session, terms, action);
        PromptGuard.At(verdicts, session, action);
        if (isModel)
        {
            var (sent, isKept) = terms.LooksToModel
                ? RequestLook.At(verdicts, action, terms, lent, NamesOf(session), cancellationToken)
                : default;
            _tries.Count(session, action, isKept ? terms.SecretsToModel : null);
            return verdicts.ToReport() with { Sent = sent };
        }

        counted?.Judge(verdicts);
        LookForDrips(verdicts, session, action, terms, lent);
        return verdicts.ToReport() is { Strictest: Effect.Deny } report && verdicts.IsOnlyToRedact
            ? Redacted(session, action, terms, lent, verdicts) ?? report
            : verdicts.ToReport();
    }

    // INVARIANT: what may come back is forgotten with its session.
    private Placeholders NamesOf(Session session) =>
        _names.GetValue(
            session,
            static one =>
            {
                var names = new Placeholders();
                one.Revoked.Register(static held => ((Placeholders)held!).Forget(), names);
                return names;
            }
        );

    // Names that carry data, and credentials in pieces, by what was sent to the same place before.
    private void LookForDrips(
        Verdicts verdicts,
        Session session,
        AgentAction action,
        GuardTerms terms,
        SecretIndex? lent
    )
    {
        if (terms.Exfiltration is not { } done || action.Target.Verb == Verb.Model)
        {
            return;
        }

        var name = action.Target switch
        {
            HttpTarget http => http.Host.ToString(),
            ConnectTarget connect => connect.Host.ToString(),
            _ => "",
        };
        var head = action.Payloads.FirstOrDefault(p => p.Role == "head") is { } first
            ? Encoding.Latin1.GetString(first.Content.Span)
            : "";
        var isData = ExfiltrationGuard.IsData(name);
        var isDrip = lent is not null && Sent.Completes(action, head, lent, _drips.GetOrCreateValue(session));
        _tries.Count(session, action, isDrip ? done : null);
        if (isData || isDrip)
        {
            var kind = isDrip ? "credential-in-pieces" : "data-in-name";
            verdicts.Add(
                $"exfiltration/{ExfiltrationGuard.Version}",
                isDrip ? 1 : 0.85,
                SensitiveThreshold,
                done,
                [new ContentFinding("exfiltration", kind, 0, 0, FindingSeverity.High, 1)]
            );
        }
        else if (action.Target is ConnectTarget)
        {
            verdicts.Add($"exfiltration/{ExfiltrationGuard.Version}", 0, SensitiveThreshold, done, []);
        }

        if (action.Target is HttpTarget && head.Length > 0)
        {
            var line = head.Split(' ', 3);
            var address = line.Length > 1 ? $"http://{name}{line[1]}" : "";
            ContentLook.At(verdicts, address, Channel.Untrusted, new Asked(null, null, null, null, null, done));
        }

        if (action.Target is HttpTarget)
        {
            LookForTokens(verdicts, session, action, name, head, done);
        }
    }

    // A token that looks drawn by lot, to a host that nothing was sent to before. Such a host stays new until something else is sent.
    private void LookForTokens(
        Verdicts verdicts,
        Session session,
        AgentAction action,
        string host,
        string head,
        GuardAction done
    )
    {
        var seen = _hosts.GetOrCreateValue(session);
        if (!seen.IsNew(host))
        {
            return;
        }

        var found =
            DrawnTokens.InHead(head)
            || action.Payloads.Any(p => p.Role == "body" && DrawnTokens.In(Encoding.Latin1.GetString(p.Content.Span)));
        if (!found)
        {
            // What another guard refuses isn't sent, and makes no host known.
            if (verdicts.ToReport().Strictest != Effect.Deny)
            {
                seen.Add(host);
            }

            return;
        }

        verdicts.Add(
            $"exfiltration/{ExfiltrationGuard.Version}",
            0.8,
            SensitiveThreshold,
            done,
            [new ContentFinding("exfiltration", "token-to-new-host", 0, 0, FindingSeverity.Medium, 0.8)]
        );
    }

    // What can be written anew is: without what was found. It is judged anew, and what is found again is refused.
    private GuardReport? Redacted(
        Session session,
        AgentAction action,
        GuardTerms terms,
        SecretIndex? lent,
        Verdicts verdicts
    )
    {
        if (action.Redrafted is null || action.Arguments.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var names = NamesOf(session);
        var cleaned = Redaction.OfArguments(JsonSerializer.SerializeToUtf8Bytes(action.Arguments), terms, lent, names);
        if (!cleaned.IsChanged || cleaned.IsObjected)
        {
            return null;
        }

        verdicts.IsRedacted = true;
        using var arguments = JsonDocument.Parse(cleaned.Bytes);
        return verdicts.ToReport() with { Instead = arguments.RootElement.Clone() };
    }

    /// <inheritdoc/>
    public GuardReport? InspectResult(Session session, AgentAction action, ReadOnlyMemory<byte> message)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        if (session.Manifest.Guards is not { } terms || action.Target.Verb != Verb.Tool)
        {
            return null;
        }

        if (terms is { Injection: null, Lexical: null, HiddenText: null, MaxInputBytes: null, Secrets: null })
        {
            return null;
        }

        var verdicts = new Verdicts();
        verdicts.Size(message.Length, terms.MaxInputBytes);
        var lent = _lent.Of(session);
        if (terms.Secrets is { } unread && lent is null && !session.Manifest.Credentials.IsEmpty)
        {
            // INVARIANT: the credentials were read before the action was decided; a result that comes without that is not known.
            verdicts.Add($"lent_secrets/{SensitiveGuard.Version} not read", 1, 1, unread, []);
        }

        ContentLook.ForLent(verdicts, lent, message, terms.Secrets);
        ContentLook.AtResult(verdicts, message, terms, _pack);
        if (verdicts.ToReport().Strictest == Effect.Allow || !verdicts.IsToRedact)
        {
            return verdicts.ToReport();
        }

        var cleaned = Redaction.OfResult(message, terms, lent);
        var anew = new Verdicts();
        ContentLook.ForLent(anew, lent, cleaned.Bytes, terms.Secrets);
        ContentLook.AtResult(anew, cleaned.Bytes, terms, _pack);

        // What is left of it people may be asked about, and see it as it would pass.
        var left = anew.ToReport();
        verdicts.IsRedacted = cleaned is { IsChanged: true, IsObjected: false } && left.Strictest != Effect.Deny;
        var whole = verdicts.ToReport();
        return !verdicts.IsRedacted
            ? whole
            : left with
            {
                Labels = whole.Labels | left.Labels,
                Verdicts = whole.Verdicts,
                Replacement = cleaned.Bytes,
            };
    }

    /// <inheritdoc/>
    public IContentWatch? Watch(Session session, AgentAction action, string mediaType)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(mediaType);
        if (action.Target.Verb is not (Verb.Model or Verb.Serve) || session.Manifest.Guards is not { } terms)
        {
            return null;
        }

        var looks =
            terms.Exfiltration is not null
            || PromptGuard.IsAsked(terms)
            || (terms.Secrets is not null && !session.Manifest.Credentials.IsEmpty);
        var watch = looks
            ? new AnswerWatch(
                LentOf(session, terms),
                terms.Secrets,
                mediaType,
                terms.Exfiltration,
                PromptGuard.LookFor(session),
                isServed: action.Target.Verb == Verb.Serve
            )
            : null;
        return action.Target.Verb == Verb.Serve ? UserAnswerWatch.Over(watch, terms, NamesOf(session), mediaType)
            : terms.Restore && NamesOf(session) is { HasValues: true } names
                ? new RestoringWatch(watch, names, mediaType)
            : watch;
    }

    // INVARIANT: the credentials were read before the action was decided; an answer that comes without that is not known.
    private SecretIndex? LentOf(Session session, GuardTerms terms) =>
        terms.Secrets is null || session.Manifest.Credentials.IsEmpty
            ? null
            : _lent.Of(session) ?? throw new InvalidOperationException("the session's credentials were not read");

    private static long? Least(long? one, long? other) =>
        one is null ? other
        : other is null ? one
        : Math.Min(one.Value, other.Value);
}
