using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// What the arguments of a tool call may be: one place of the tree they form.
/// </summary>
/// <remarks>
/// INVARIANT: for a rule that grants, the world is closed: an argument that isn't named is refused, and every item of a list
/// must fit. A rule that takes away applies when the arguments it names fit, whatever stands beside them, and one item of a
/// list is enough: otherwise an agent escapes it by adding a harmless one. What is absent is unknown to both.
/// </remarks>
internal sealed class ArgumentTree
{
    /// <summary>The deepest place that a rule may name.</summary>
    public const int MaxDepth = 8;

    /// <summary>The most arguments that one rule may name; each is looked for among all that a call has.</summary>
    public const int MaxArguments = 64;

    /// <summary>The most members of one object that are looked through; a larger one is unknown.</summary>
    public const int MaxMembers = 256;

    private readonly List<(PathStep Name, ArgumentTree Below)> _members = [];
    private ArgumentTree? _items;
    private ArgumentCheck? _check;
    private bool _optional;

    private ArgumentTree() { }

    /// <summary>Makes a tree of what a rule says; a problem is half a sentence about the argument of that index.</summary>
    public static ArgumentTree? Parse(
        ImmutableArray<ArgumentRule> rules,
        bool grants,
        out int wrong,
        out PatternProblem problem
    )
    {
        problem = default;
        var root = new ArgumentTree();
        for (wrong = 0; wrong < rules.Length; wrong++)
        {
            if (wrong >= MaxArguments)
            {
                problem = new($"is one of more than {MaxArguments} arguments", "Split the rule.");
                return null;
            }

            if (
                ArgumentCheck.Parse(rules[wrong], grants, out problem) is not { } check
                || !root.TryAdd(rules[wrong], check, out problem)
            )
            {
                return null;
            }
        }

        return root;
    }

    /// <summary>Whether the arguments of a call fit.</summary>
    public Truth Judge(JsonElement value, bool grants) =>
        _members.Count > 0 ? JudgeMembers(value, grants)
        : _items is not null ? JudgeItems(value, grants)
        : _check!.Judge(value);

    private bool TryAdd(ArgumentRule rule, ArgumentCheck check, out PatternProblem problem)
    {
        var at = this;
        var names = rule.Path.Split('.');
        if (names.Length > MaxDepth || names.Any(n => n.Replace("[]", "", StringComparison.Ordinal).Length == 0))
        {
            problem = new("is no path of an argument", "Write `name`, `name.part`, `list[]` or `list[].part`.");
            return false;
        }

        foreach (var name in names)
        {
            var plain = name;
            var lists = 0;
            while (plain.EndsWith("[]", StringComparison.Ordinal))
            {
                (plain, lists) = (plain[..^2], lists + 1);
            }

            at = at.MemberOf(plain);
            for (; lists > 0; lists--)
            {
                at = at._items ??= new ArgumentTree();
            }
        }

        problem = new("stands twice, or is asked to be a value and to have parts", "Keep one of them.");
        if (at._check is not null)
        {
            return false;
        }

        (at._check, at._optional) = (check, rule.Optional);
        return IsOneThing();
    }

    // A place is a value, a list or an object: what else is asked of it can't be.
    private bool IsOneThing() =>
        (_members.Count > 0 ? 1 : 0) + (_items is null ? 0 : 1) + (_check is null ? 0 : 1) <= 1
        && (_items?.IsOneThing() ?? true)
        && _members.TrueForAll(m => m.Below.IsOneThing());

    private ArgumentTree MemberOf(string name)
    {
        foreach (var (known, below) in _members)
        {
            if (known.Name == name)
            {
                return below;
            }
        }

        var made = new ArgumentTree();
        _members.Add((PathStep.To(name), made));
        return made;
    }

    private Truth JudgeItems(JsonElement value, bool grants)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return Truth.Unknown;
        }

        var truth = Kleene.Of(grants);
        foreach (var item in value.EnumerateArray())
        {
            var one = _items!.Judge(item, grants);
            truth = grants ? Kleene.And(truth, one) : Kleene.Or(truth, one);
        }

        return truth;
    }

    private Truth JudgeMembers(JsonElement value, bool grants)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() > MaxMembers)
        {
            return Truth.Unknown;
        }

        var (truth, named) = (Truth.True, 0);
        foreach (var (name, below) in _members)
        {
            // A name that stands twice, or once more in another case, is read differently by different servers.
            var isThere = ArgumentReader.Find(value, name, out var found);
            var one = isThere switch
            {
                Truth.True => below.Judge(found, grants),
                Truth.False => Kleene.Or(Kleene.Of(below._optional), Truth.Unknown),
                _ => Truth.Unknown,
            };
            truth = Kleene.And(truth, one);
            named += isThere == Truth.True ? 1 : 0;
        }

        var closed = !grants || named == value.GetPropertyCount();
        return closed ? truth : Truth.False;
    }
}
