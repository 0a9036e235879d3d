using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Contents;

/// <summary>
/// The guards of a manifest, at work.
/// <code>
/// model request ── what the user said ────── injection (user) · hidden text · secrets · size
///              └── what tools answered ───── injection (untrusted) · hidden text · secrets · size
/// tool arguments, http addresses ─────────── secrets · personal data · size
/// tool result ────────────────────────────── injection (untrusted) · hidden text · size
/// all of these ───────────────────────────── the session's own credentials, with `output.secrets`
/// </code>
/// It only makes a decision stricter. What a manifest doesn't name isn't looked for.
/// </summary>
public sealed class ContentGuard(ISessions sessions, ICredentialLender lender, TimeProvider clock) : IGuard
{
    private readonly LentSecrets _lent = new(lender, clock);

    /// <summary>
    /// From these scores on a text is taken for an attack: a loud sign of high confidence, or two that agree. Not calibrated on traffic;
    /// what a person types is measured by a higher one.
    /// </summary>
    public const double UntrustedThreshold = 0.75;

    /// <summary>The same for what the user typed.</summary>
    public const double UserThreshold = 0.8;

    /// <summary>From this confidence on a credential or personal datum counts; below, it is mentioned.</summary>
    public const double SensitiveThreshold = 0.75;

    /// <summary>Kinds of findings that a verdict names; the rest is a number.</summary>
    private const int MaxNamed = 4;

    /// <inheritdoc/>
    public bool Concerns(Session session, AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        return session.Manifest.Guards is not null
            && action.Target.Verb is Verb.Model or Verb.Tool or Verb.Http
            && (!action.Payloads.IsDefaultOrEmpty || action.Target.Verb == Verb.Http);
    }

    /// <inheritdoc/>
    public async ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (sessions.Find(action.Session) is not { Manifest.Guards: { } terms } session)
        {
            return new GuardReport(Effect.Deny, Labels.None, ["the session is over"]);
        }

        var verdicts = new Verdicts();
        var lent = terms.Secrets is null
            ? null
            : await _lent.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        foreach (var payload in action.Payloads.IsDefault ? [] : action.Payloads)
        {
            var most =
                action.Target.Verb == Verb.Model
                    ? Least(terms.MaxInputBytes, terms.MaxOutputBytes)
                    : terms.MaxOutputBytes;
            verdicts.Size(payload.Content.Length, most);
            LookForLent(verdicts, lent, payload.Content, terms.Secrets);
            var texts = PayloadTexts.Of(payload, action.Target.Verb == Verb.Model);
            foreach (var (channel, text) in texts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (action.Target.Verb == Verb.Model)
                {
                    Look(verdicts, text, channel, terms.Injection, terms.HiddenText, terms.Secrets, null);
                }
                else
                {
                    Look(verdicts, text, Channel.Untrusted, null, null, terms.Secrets, terms.PersonalData);
                }
            }
        }

        if (action.Target is HttpTarget)
        {
            Look(verdicts, action.Target.Text, Channel.Untrusted, null, null, terms.Secrets, terms.PersonalData);
            LookForLent(verdicts, lent, Encoding.UTF8.GetBytes(action.Target.Text), terms.Secrets);
        }

        return verdicts.ToReport();
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

        if (terms is { Injection: null, HiddenText: null, MaxInputBytes: null, Secrets: null })
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

        LookForLent(verdicts, lent, message, terms.Secrets);
        foreach (var (_, text) in PayloadTexts.Of(message, isModel: false))
        {
            Look(verdicts, text, Channel.Untrusted, terms.Injection, terms.HiddenText, null, null);
        }

        return verdicts.ToReport();
    }

    // The session's own credentials: in no content may they stand, in whatever form. Over the bytes as they are, and unfolded.
    private static void LookForLent(
        Verdicts verdicts,
        SecretIndex? lent,
        ReadOnlyMemory<byte> content,
        GuardAction? action
    )
    {
        if (action is not { } done || lent is null)
        {
            return;
        }

        var raw = Encoding.UTF8.GetString(content.Span);
        var found = lent.Find(raw) >= 0;
        foreach (var (_, text) in found ? [] : PayloadTexts.Of(content, isModel: false))
        {
            foreach (var view in TextViews.Of(text).All)
            {
                found |= lent.Find(view.Text.Span) >= 0;
            }
        }

        verdicts.Add(
            $"lent_secrets/{SensitiveGuard.Version}",
            found ? 1 : 0,
            1,
            done,
            found ? [new ContentFinding("secrets", "credential-of-this-session", 0, 0, FindingSeverity.High, 1)] : []
        );
    }

    private static void Look(
        Verdicts verdicts,
        string text,
        Channel channel,
        GuardAction? injection,
        GuardAction? hidden,
        GuardAction? secrets,
        GuardAction? personal
    )
    {
        if (injection is null && hidden is null && secrets is null && personal is null)
        {
            return;
        }

        var report = ContentScan.Of(text, channel);
        if (injection is { } onInjection)
        {
            var threshold = channel == Channel.User ? UserThreshold : UntrustedThreshold;
            verdicts.Add(
                $"injection/{InjectionGuard.Version} {Word(channel)}",
                report.Score,
                threshold,
                onInjection,
                report.Findings.Where(f => f.Guard == "injection")
            );
        }

        Sure(
            verdicts,
            "hidden_text",
            HiddenTextGuard.Version,
            hidden,
            report,
            f => f.Severity >= FindingSeverity.Medium
        );
        Sure(verdicts, "secrets", SensitiveGuard.Version, secrets, report, _ => true);
        Sure(verdicts, "personal_data", SensitiveGuard.Version, personal, report, _ => true);
    }

    private static void Sure(
        Verdicts verdicts,
        string guard,
        string version,
        GuardAction? action,
        ScanReport report,
        Func<ContentFinding, bool> counts
    )
    {
        if (action is { } done)
        {
            var found = report.Findings.Where(f => f.Guard == guard && counts(f)).ToList();
            var score = found.Count == 0 ? 0 : found.Max(f => f.Confidence);
            verdicts.Add($"{guard}/{version}", score, SensitiveThreshold, done, found);
        }
    }

    private static long? Least(long? one, long? other) =>
        one is null ? other
        : other is null ? one
        : Math.Min(one.Value, other.Value);

    private static string Word(Channel channel) => channel == Channel.User ? "user" : "untrusted";

    /// <summary>What the guards came to on one action: the worst of each.</summary>
    private sealed class Verdicts
    {
        private readonly SortedDictionary<
            string,
            (double Score, double Threshold, GuardAction Action, string Kinds)
        > _worst = new(StringComparer.Ordinal);

        private string? _size;

        public void Size(long bytes, long? most)
        {
            if (most is { } limit && bytes > limit)
            {
                _size = $"max_bytes {bytes} of {limit} block";
            }
        }

        public void Add(
            string guard,
            double score,
            double threshold,
            GuardAction action,
            IEnumerable<ContentFinding> findings
        )
        {
            if (_worst.TryGetValue(guard, out var before) && before.Score >= score)
            {
                return;
            }

            var kinds = findings.Select(f => f.Kind).Distinct(StringComparer.Ordinal).ToList();
            var named = string.Join(", ", kinds.Take(MaxNamed));
            _worst[guard] = (
                score,
                threshold,
                action,
                kinds.Count > MaxNamed ? $"{named} and {kinds.Count - MaxNamed} more" : named
            );
        }

        public GuardReport ToReport()
        {
            var strictest = _size is null ? Effect.Allow : Effect.Deny;
            var verdicts = ImmutableArray.CreateBuilder<string>();
            var findings = ImmutableArray.CreateBuilder<string>();
            foreach (var (guard, (score, threshold, action, kinds)) in _worst)
            {
                var over = score >= threshold;
                var done = over ? action : GuardAction.Report;
                var effect = done switch
                {
                    GuardAction.Report => Effect.Allow,
                    GuardAction.Ask => Effect.Ask,
                    _ => Effect.Deny,
                };
                strictest = (Effect)Math.Min((int)strictest, (int)effect);
                var word = over ? done.ToString().ToLowerInvariant() : "pass";
                var line = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{guard} {score:0.00} of {threshold:0.00} {word}{(kinds.Length > 0 ? $" ({kinds})" : "")}"
                );
                verdicts.Add(line);
                if (effect != Effect.Allow)
                {
                    findings.Add(line);
                }
            }

            if (_size is not null)
            {
                verdicts.Add(_size);
                findings.Add(_size);
            }

            return new GuardReport(strictest, Labels.None, findings.ToImmutable())
            {
                Verdicts = verdicts.ToImmutable(),
            };
        }
    }
}
