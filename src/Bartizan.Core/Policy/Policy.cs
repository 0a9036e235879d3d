using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Flow;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>
/// A manifest's rules, ready to decide. Pure: the same target, circumstances and report always give the same decision; no
/// I/O, no clock. An error in a deny or ask rule applies it, in an allow rule it doesn't.
/// </summary>
/// <remarks>
/// Each layer says deny, ask or allow (deny beats ask beats allow; what it doesn't mention it denies, a baseline without
/// an allow rule for the verb lets pass), and the strictest layer counts. Asking every rule is the specification
/// (<see cref="CompileNaive"/>); the tables that find the rules to ask are tested against it. Loopback and private
/// addresses may be dialed only where the rule that allows the action is an address literal, or the exact name of a host
/// that is private by its name's standard (<c>localhost</c>, <c>*.internal</c>…); a wildcard never grants an address literal.
/// </remarks>
public sealed partial class Policy
{
    /// <summary>How much of a target a reason repeats; targets come from the agent.</summary>
    private const int ShownLength = 200;

    private readonly ImmutableArray<CompiledLayer> _layers;

    private readonly PolicyFacts _facts;
    private readonly bool _onlyCeilings;
    private readonly FlowTable? _flow;
    private readonly ImmutableArray<CompiledRule> _targeted;
    private readonly ConcurrentDictionary<string, Exposure> _heard = new(StringComparer.Ordinal);

    private Policy(ImmutableArray<CompiledLayer> layers, PolicyFacts facts, FlowTable? flow)
    {
        _flow = flow;
        _targeted = [.. layers.SelectMany(layer => layer.Rules).Where(rule => rule.Rule.Targets is not null)];
        _layers = layers;
        _onlyCeilings = layers.All(layer => layer.IsCeiling);
        _facts = facts;
    }

    /// <summary>Digest of the canonical normal form.</summary>
    public Digest Digest { get; private init; }

    /// <summary>True when it asks where the targets of some action come from.</summary>
    public bool TracesValues => !_targeted.IsEmpty;

    /// <summary>True when the user's words count whenever they come.</summary>
    public bool HearsWordsAlways { get; private init; }

    /// <summary>Which calls write into stores and read from them; null when it names none.</summary>
    public StoreTable? Stores { get; private init; }

    /// <summary>Whose yes takes a label off a session, each to be met; nobody's when empty.</summary>
    public ImmutableArray<ApprovalTerms> Declassify { get; private init; } = [];

    /// <summary>What a session under it has met before it did anything.</summary>
    public Exposure ExposureAtStart => _flow?.AtStart ?? Exposure.None;

    internal ImmutableArray<CompiledLayer> Layers => _layers;

    /// <summary>Compiles the layers of a manifest.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="observe">True for <c>run --observe</c>: what no layer mentions is allowed and marked observed.</param>
    /// <exception cref="ArgumentException">When anything but development is to be observed.</exception>
    public static Policy Compile(Manifest manifest, bool observe = false) => Compile(manifest, observe, tables: true);

    /// <summary>The specification: every rule is asked. For tests and benchmarks that hold the tables against it.</summary>
    public static Policy CompileNaive(Manifest manifest, bool observe = false) =>
        Compile(manifest, observe, tables: false);

    /// <summary>A manifest's rules in their normal form: the text that a policy's digest is of.</summary>
    public static string NormalFormOf(Manifest manifest, bool observe = false)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return NormalForm.TextOf(manifest, LayersOf(manifest, observe, tables: false), observe);
    }

    private static Policy Compile(Manifest manifest, bool observe, bool tables)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (observe && manifest.Environment != DeploymentEnvironment.Development)
        {
            throw new ArgumentException("only an agent in development can be observed", nameof(observe));
        }

        var layers = LayersOf(manifest, observe, tables);
        return new Policy(layers, new PolicyFacts(manifest), FlowTable.Of(manifest))
        {
            Digest = NormalForm.DigestOf(manifest, layers, observe),
            Declassify = manifest.Trust.Declassify,
            InterceptsSome = layers.Any(layer => layer.Intercepts),
            Stores = StoreTable.Of(manifest.Trust),
            HearsWordsAlways = manifest.Trust.WordsAlways == true,
        };
    }

    private static ImmutableArray<CompiledLayer> LayersOf(Manifest manifest, bool observe, bool tables)
    {
        var ground = new ConditionGround(manifest);
        return manifest.Layers.IsDefault
            ? []
            : [.. manifest.Layers.Select(layer => new CompiledLayer(layer, observe, ground, tables))];
    }

    /// <summary>What a session has met once an action on a target is granted.</summary>
    public Exposure ExposureOf(ActionTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _flow?.MetBy(target) ?? Exposure.None;
    }

    /// <summary>
    /// What a session has met once one of its tool servers says something that answers no action: the strictest over whatever
    /// `trust` names of that server, because such a message doesn't say what it was made from.
    /// </summary>
    /// <param name="server">A server of the manifest.</param>
    public Exposure ExposureOfServer(string server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return _flow is null
            ? Exposure.None
            : _heard.GetOrAdd(server, static (name, flow) => flow.MetByServer(name), _flow);
    }

    /// <summary>
    /// Where the targets of a consequential action come from, in words without any of them; null for every other action, and where
    /// nothing is known of it.
    /// </summary>
    /// <param name="target">What it reaches for.</param>
    /// <param name="circumstances">What else is known.</param>
    /// <param name="effect">What the rules do to it otherwise: ask, or deny.</param>
    public string? TraceOf(ActionTarget target, in Circumstances circumstances, Effect effect)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (SituationOf(target, circumstances).Trace is not { } trace)
        {
            return null;
        }

        foreach (var rule in _targeted)
        {
            if (rule.Verb == target.Verb && rule.Rule.Effect == effect && rule.Find(target) >= 0)
            {
                return trace.Note(rule.Rule.Targets!);
            }
        }

        return null;
    }

    /// <summary>Step 2, screening: rules alone. What is denied whatever the content ends here.</summary>
    public Decision Screen(ActionTarget target, in Circumstances circumstances) =>
        Judge(target, SituationOf(target, circumstances));

    /// <summary>The same where nothing but the time is known: rules that ask for more are unknown, and so stricter.</summary>
    public Decision Screen(ActionTarget target, DateTimeOffset now) => Screen(target, Circumstances.At(now));

    /// <summary>Step 4, deciding: rules, labels and what the guards found.</summary>
    public Decision Decide(ActionTarget target, in Circumstances circumstances, GuardReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var decision = Judge(target, SituationOf(target, circumstances));
        if (report.Strictest >= decision.Effect)
        {
            return decision;
        }

        var found = report.Findings.IsDefaultOrEmpty ? "no detail given" : Shown(string.Join("; ", report.Findings));
        return decision with
        {
            Effect = report.Strictest is Effect.Ask ? Effect.Ask : Effect.Deny,
            Reason = $"a guard objects to the content: {found}",
            Told = report.Told ?? "a guard objects to the content",
            Needed = null,
            NeededArguments = null,
        };
    }

    /// <summary>
    /// Whether some call of a target could be granted, or asked for: arguments, labels and whatever else isn't known are taken
    /// as the rules want them, but for those that are known. For lists of what there is; a call is decided by itself.
    /// </summary>
    public bool CouldGrant(ActionTarget target, DateTimeOffset now, KnownArguments? known = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        foreach (var layer in _layers)
        {
            if (!layer.CouldGrant(target, now, known))
            {
                return false;
            }
        }

        return !_onlyCeilings;
    }

    /// <summary>Whether some tool of a server could be granted, whatever it is called.</summary>
    public bool CouldReach(string server, DateTimeOffset now)
    {
        foreach (var layer in _layers)
        {
            if (!layer.IsCeiling && layer.CouldReach(server, now))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether of the results of some tool of a server only fields may reach the agent.</summary>
    public bool CouldKeep(string server) => CouldKeep(server, null);

    /// <summary>Whether of a tool's results only fields may reach the agent; a call's obligations say which.</summary>
    public bool CouldKeep(ToolTarget tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return CouldKeep(tool.Server, tool);
    }

    private bool CouldKeep(string server, ToolTarget? tool)
    {
        foreach (var layer in _layers)
        {
            if (layer.CouldKeep(server, tool))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells which rules decide a target, layer by layer, and what would change the decision.</summary>
    public Explanation Explain(ActionTarget target, in Circumstances circumstances)
    {
        var situation = SituationOf(target, circumstances);
        return Explainer.Explain(this, target, Judge(target, situation), situation);
    }

    /// <summary>The same where nothing but the time is known.</summary>
    public Explanation Explain(ActionTarget target, DateTimeOffset now) => Explain(target, Circumstances.At(now));

    /// <summary>A text of the agent's, shortened and without characters that move a terminal.</summary>
    internal static string Shown(string text)
    {
        var length = Math.Min(text.Length, ShownLength);
        var shown = string.Create(
            length,
            text,
            (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    var c = from[i];
                    span[i] = char.IsControl(c) || char.IsSurrogate(c) || c is '`' or '\u2028' or '\u2029' ? '?' : c;
                    if (c > '\x7f' && char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format)
                    {
                        span[i] = '?';
                    }
                }
            }
        );
        return text.Length > ShownLength ? shown + "…" : shown;
    }

    private Situation SituationOf(ActionTarget target, in Circumstances circumstances)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new Situation(circumstances.Now, _facts.Of(target, circumstances), circumstances.Passed)
        {
            Traced = circumstances.Traced,
            Labels = circumstances.Labels,
            Trace =
                _targeted.IsEmpty || circumstances.Values is not { } values
                    ? null
                    : new TargetTrace(values, circumstances.Arguments, UrlOf(target, circumstances.Query)),
        };
    }

    private static string? UrlOf(ActionTarget target, string? query) =>
        target is HttpTarget http && query is not null
            ? $"{http.Scheme}://{http.Host}:{http.Port}{http.Path}{query}"
            : null;

    private Decision Judge(ActionTarget target, in Situation situation)
    {
        var ruled = JudgeByRules(target, situation);
        return _flow is null ? ruled : _flow.Narrowed(ruled, target, situation.Passed, situation.Labels);
    }

    private Decision JudgeByRules(ActionTarget target, in Situation situation)
    {
        if (_onlyCeilings)
        {
            return Decision.Deny("the manifest has no rules");
        }

        if (FindIllFormed(target) is { } problem)
        {
            return Decision.Deny(problem);
        }

        // INVARIANT: the strictest layer counts; no layer raises another.
        var effect = Effect.Allow;
        var (rules, observed) = (0, false);
        CompiledRule? only = null;
        var pattern = 0;
        foreach (var layer in _layers)
        {
            var verdict = layer.Judge(target, situation);
            effect = verdict.Effect < effect ? verdict.Effect : effect;
            observed |= verdict.Observed;
            rules += verdict.Count;
            if (verdict.Rule is { } rule)
            {
                (only, pattern) = (rule, verdict.Pattern);
            }
        }

        if (effect == Effect.Allow && rules == 1 && !observed)
        {
            return new Decision
            {
                Effect = Effect.Allow,
                Rules = only!.Alone,
                Reason = only.Reason,
                Told = Refusal.Allowed,
                Obligations = only.ObligationsOf(pattern),
            };
        }

        return effect == Effect.Deny
            ? Refusal.Of(this, target, situation)
            : Grant.Of(this, target, situation, effect, observed);
    }

    // The enforcement points send canonical forms. One that doesn't is wrong, and what a wrong form matches means nothing.
    private static string? FindIllFormed(ActionTarget target)
    {
        switch (target)
        {
            case FileTarget file:
                foreach (var name in file.Names)
                {
                    if (!PathPattern.IsCanonical(name))
                    {
                        return $"`{Shown(name)}` is not a canonical path";
                    }
                }

                foreach (var name in file.Aliases)
                {
                    if (!PathPattern.IsCanonical(name))
                    {
                        return $"`{Shown(name)}` is not a canonical path";
                    }
                }

                return null;
            case HttpTarget http:
                return http.Path.StartsWith('/') ? null : "the request's path is not in canonical form";
            default:
                return null;
        }
    }
}
