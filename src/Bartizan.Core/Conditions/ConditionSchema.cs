using System.Collections.Immutable;

namespace Bartizan.Core.Conditions;

/// <summary>
/// The attributes that a condition may name, and their types. <c>args</c> is open: every name below it is dynamic. What an
/// agent says about itself or its call (titles, descriptions, annotations, headers) is no attribute and never becomes one.
/// </summary>
public sealed class ConditionSchema
{
    private static readonly string[] _roots = [.. Enum.GetValues<AttributeRoot>().Select(WordOf)];

    private static readonly ConditionAttribute[] _standard =
    [
        new(AttributeRoot.Agent, "name", ConditionType.String),
        new(AttributeRoot.Agent, "owner", ConditionType.String),
        new(AttributeRoot.Agent, "version", ConditionType.Between(0, int.MaxValue)),
        new(AttributeRoot.User, "id", ConditionType.String),
        new(AttributeRoot.User, "groups", ConditionType.ListOf(ConditionType.String)),
        new(AttributeRoot.User, "department", ConditionType.String),
        new(AttributeRoot.User, "region", ConditionType.String),
        new(AttributeRoot.Resource, "class", ConditionType.String),
        new(AttributeRoot.Resource, "owner", ConditionType.String),
        new(AttributeRoot.Resource, "region", ConditionType.String),
        new(
            AttributeRoot.Session,
            "labels",
            ConditionType.ListOf(ConditionType.OneOf("untrusted", "private", "secret"))
        ),
        new(AttributeRoot.Env, "name", ConditionType.OneOf("development", "staging", "production")),
        new(AttributeRoot.Time, "hour", ConditionType.Between(0, 23)),
        new(AttributeRoot.Time, "minute", ConditionType.Between(0, 59)),
        new(AttributeRoot.Time, "weekday", ConditionType.OneOf("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")),
        new(AttributeRoot.Time, "date", ConditionType.Date),
        new(AttributeRoot.Action, "bulk", ConditionType.Bool),
        new(AttributeRoot.Action, "count", ConditionType.Between(0, long.MaxValue)),
    ];

    private readonly ImmutableDictionary<(AttributeRoot, string), ConditionAttribute> _attributes;

    private ConditionSchema(
        ImmutableDictionary<(AttributeRoot, string), ConditionAttribute> attributes,
        bool hasArguments
    )
    {
        _attributes = attributes;
        HasArguments = hasArguments;
    }

    /// <summary>The attributes that every installation has.</summary>
    public static ConditionSchema Standard { get; } = new(_standard.ToImmutableDictionary(a => (a.Root, a.Name)), true);

    /// <summary>Every attribute, in order of its name.</summary>
    public IEnumerable<ConditionAttribute> Attributes =>
        _attributes.Values.OrderBy(attribute => attribute.ToString(), StringComparer.Ordinal);

    /// <summary>Whether <c>args</c> may be named: the action has arguments.</summary>
    public bool HasArguments { get; }

    /// <summary>The words that an attribute may begin with.</summary>
    internal IEnumerable<string> Roots => HasArguments ? _roots : _roots.Where(word => word != "args");

    /// <summary>This schema and more attributes, of a catalogue or of callers; one of the same name is replaced.</summary>
    /// <exception cref="ArgumentException">When a name is no identifier, or below <c>args</c>, <c>session</c>, <c>time</c> or <c>action</c>.</exception>
    public ConditionSchema With(params ReadOnlySpan<ConditionAttribute> attributes)
    {
        var all = _attributes.ToBuilder();
        foreach (var attribute in attributes)
        {
            // The other roots are computed, not looked up: nobody can give them more names.
            var isOpen =
                attribute.Root
                is AttributeRoot.Agent
                    or AttributeRoot.User
                    or AttributeRoot.Resource
                    or AttributeRoot.Env;
            if (!isOpen || !IsIdentifier(attribute.Name))
            {
                throw new ArgumentException($"`{attribute}` can't be an attribute", nameof(attributes));
            }

            all[(attribute.Root, attribute.Name)] = attribute;
        }

        return new ConditionSchema(all.ToImmutable(), HasArguments);
    }

    /// <summary>This schema for actions that have no arguments: naming <c>args</c> is a mistake.</summary>
    public ConditionSchema WithoutArguments() => new(_attributes, hasArguments: false);

    /// <summary>The attribute of that name, or null.</summary>
    public ConditionAttribute? Find(AttributeRoot root, string name) => _attributes.GetValueOrDefault((root, name));

    /// <summary>The word that a root is written as.</summary>
    public static string WordOf(AttributeRoot root) =>
        root switch
        {
            AttributeRoot.Args => "args",
            AttributeRoot.Agent => "agent",
            AttributeRoot.User => "user",
            AttributeRoot.Resource => "resource",
            AttributeRoot.Session => "session",
            AttributeRoot.Env => "env",
            AttributeRoot.Time => "time",
            AttributeRoot.Action => "action",
            _ => throw new ArgumentOutOfRangeException(nameof(root)),
        };

    /// <summary>The root that a word stands for.</summary>
    internal static bool TryRoot(string word, out AttributeRoot root)
    {
        var at = Array.IndexOf(_roots, word);
        root = (AttributeRoot)Math.Max(0, at);
        return at >= 0;
    }

    /// <summary>True for a name that may follow a dot.</summary>
    internal static bool IsIdentifier(string name) =>
        name.Length > 0
        && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && name is not ("true" or "false" or "null" or "in");
}
