using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>
/// Patterns made of a head and segments: <c>provider/model</c>, <c>server/tool</c>, an agent's name, <c>METHOD /path</c>.
/// </summary>
internal sealed class NamePattern : TargetPattern
{
    /// <summary>The longest name of a model or tool that anybody gives; bounds the comparison of patterns.</summary>
    private const int MaxRest = 128;

    private readonly Verb _verb;
    private readonly Glob? _head;
    private readonly SegmentPattern _rest;

    private NamePattern(Verb verb, string canonical, Glob? head, SegmentPattern rest)
    {
        _verb = verb;
        Canonical = canonical;
        _head = head;
        _rest = rest;
    }

    /// <summary>The verb.</summary>
    public Verb Verb => _verb;

    /// <summary>The provider or server; null for any.</summary>
    public Glob? Head => _head;

    /// <summary>The model or tool.</summary>
    public SegmentPattern Rest => _rest;

    /// <inheritdoc/>
    public override bool IsWide =>
        _head is null or { IsAny: true } && (_rest.IsAny || _rest.Segments is [{ IsAny: true }]);

    /// <inheritdoc/>
    public override string Canonical { get; }

    /// <inheritdoc/>
    public override ActionTarget? Literal =>
        _verb == Verb.Model && _head is { IsLiteral: true } && _rest.IsLiteral
            ? new ModelTarget(_head.Text, Canonical[(_head.Text.Length + 1)..])
            : null;

    /// <inheritdoc/>
    public override bool Matches(ActionTarget target) =>
        target switch
        {
            ModelTarget model => _verb == Verb.Model && Fits(model.Provider, model.Model),
            ToolTarget tool => _verb == Verb.Tool && Fits(tool.Server, tool.Tool),
            DelegateTarget agent => _verb == Verb.Delegate && _rest.Matches(agent.Agent),
            ServeTarget serve => _verb == Verb.Serve
                && serve.Path.StartsWith('/')
                && Fits(serve.Method, serve.Path[1..]),
            _ => false,
        };

    /// <summary>Reads <c>provider/model</c>.</summary>
    public static NamePattern? ParseModel(string text, out PatternProblem problem) =>
        ParsePair(Verb.Model, text, "provider/model", out problem);

    /// <summary>Reads <c>server/tool</c>.</summary>
    public static NamePattern? ParseTool(string text, out PatternProblem problem) =>
        ParsePair(Verb.Tool, text, "server/tool", out problem);

    /// <summary>Reads an agent's name.</summary>
    public static NamePattern? ParseDelegate(string text, out PatternProblem problem) =>
        Make(Verb.Delegate, text, null, text, out problem);

    /// <summary>Reads <c>METHOD /path</c>.</summary>
    public static NamePattern? ParseServe(string text, out PatternProblem problem)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0 || space + 1 >= text.Length || text[space + 1] != '/')
        {
            problem = new("is no method and path", "Write `serve GET /path/**`.");
            return null;
        }

        return Make(Verb.Serve, text, Glob.Of(text[..space]), text[(space + 2)..], out problem);
    }

    private static NamePattern? ParsePair(Verb verb, string text, string form, out PatternProblem problem)
    {
        if (text == "**")
        {
            return Make(verb, text, null, text, out problem);
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == text.Length - 1)
        {
            problem = new($"is not of the form `{form}`", "");
            return null;
        }

        var head = text[..slash];
        if (head.Contains("**", StringComparison.Ordinal) || HoldsWhiteSpace(text))
        {
            problem = new($"is not of the form `{form}`", "`**` may stand after the `/`, white space nowhere.");
            return null;
        }

        return Make(verb, text, Glob.Of(head), text[(slash + 1)..], out problem);
    }

    private static NamePattern? Make(Verb verb, string canonical, Glob? head, string rest, out PatternProblem problem)
    {
        if (verb != Verb.Serve && rest.Length > MaxRest)
        {
            problem = new($"names something longer than {MaxRest} characters", "");
            return null;
        }

        if (!SegmentPattern.TryParse(rest, '/', out var segments, out var text))
        {
            problem = new(text, "");
            return null;
        }

        problem = default;
        return new NamePattern(verb, canonical, head, segments);
    }

    private static bool HoldsWhiteSpace(string text)
    {
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                return true;
            }
        }

        return false;
    }

    private bool Fits(string head, string rest) => (_head is null || _head.Matches(head)) && _rest.Matches(rest);
}
