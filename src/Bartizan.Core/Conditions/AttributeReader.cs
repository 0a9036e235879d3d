using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Conditions;

/// <summary>Finds the attribute that a written name means.</summary>
internal sealed class AttributeReader(ConditionSchema schema, Action<int, string, string> complain)
{
    /// <summary>Steps below `args`: a tool's arguments are nested less.</summary>
    internal const int MaxPath = 8;

    /// <summary>The attribute, or null after a complaint.</summary>
    public Term.Attribute? Read(Syntax syntax)
    {
        var path = new List<(PathStep Step, int Column)>();
        var of = syntax;
        while (of is not Syntax.Name)
        {
            if (Step(of, path) is not { } inner)
            {
                return null;
            }

            of = inner;
        }

        path.Reverse();
        var root = (Syntax.Name)of;
        if (!ConditionSchema.TryRoot(root.Word, out var found) || !schema.Roots.Contains(root.Word))
        {
            return Complain(root.Column, $"`{root.Word}` is not known here", HintFor(root.Word));
        }

        return found == AttributeRoot.Args ? ReadArgument(root, path) : ReadAttribute(root, found, path);
    }

    // One step of the path, from its end; gives what it is a step from.
    private Syntax? Step(Syntax of, List<(PathStep, int)> path)
    {
        switch (of)
        {
            case Syntax.Select select:
                path.Add((PathStep.To(select.Member), select.MemberColumn));
                return select.Of;
            case Syntax.Index { Key: Syntax.Literal { Value: { Kind: ValueKind.String } name } key } index:
                path.Add((PathStep.To(name.Text), key.Column));
                return index.Of;
            case Syntax.Index
            {
                Key: Syntax.Literal { Value: { Kind: ValueKind.Int, Whole: >= 0 and <= int.MaxValue } number } key
            } index:
                path.Add((PathStep.To((int)number.Whole), key.Column));
                return index.Of;
            case Syntax.Index index:
                complain(index.Key.Column, "an index is a name in quotes or a number from 0", "");
                return null;
            default:
                complain(of.Column, "expected an attribute", "");
                return null;
        }
    }

    private Term.Attribute? ReadArgument(Syntax.Name root, List<(PathStep Step, int Column)> path)
    {
        if (path.Count is 0 or > MaxPath)
        {
            return Complain(
                root.Column,
                path.Count == 0 ? "`args` is all arguments together" : $"an argument is at most {MaxPath} steps deep",
                path.Count == 0 ? "Name one: `args.name`." : ""
            );
        }

        ImmutableArray<PathStep> steps = [.. path.Select(p => p.Step)];
        return new Term.Attribute(AttributeRoot.Args, steps, ConditionType.Dynamic) { Column = root.Column };
    }

    private Term.Attribute? ReadAttribute(Syntax.Name root, AttributeRoot of, List<(PathStep Step, int Column)> path)
    {
        var names = schema.Attributes.Where(a => a.Root == of).Select(a => a.Name);
        if (path.Count == 0)
        {
            return Complain(root.Column, $"`{root.Word}` is no attribute by itself", NamesOf(root.Word, names));
        }

        var (step, column) = path[0];
        if (step.Name is not { } name || schema.Find(of, name) is not { } attribute)
        {
            var hint = step.Name is { } wrong ? NearestWord.Hint(wrong, names) : NamesOf(root.Word, names);
            return Complain(
                column,
                $"`{root.Word}` has no attribute `{StringLiteral.Escape(step.Name ?? $"{step.Index}")}`",
                hint
            );
        }

        return path.Count == 1
            ? new Term.Attribute(of, [step], attribute.Type) { Column = root.Column }
            : Complain(path[1].Column, $"`{attribute}` is {attribute.Type}, it has no parts", "");
    }

    private string HintFor(string word)
    {
        var same = schema.Attributes.Where(a => a.Name == word).Select(a => $"`{a}`").ToList();
        return same.Count > 0 ? $"Did you mean {string.Join(" or ", same)}?" : NearestWord.Hint(word, schema.Roots);
    }

    private static string NamesOf(string root, IEnumerable<string> names) =>
        $"Name one: {string.Join(", ", names.Select(name => $"`{root}.{name}`"))}.";

    private Term.Attribute? Complain(int column, string message, string hint)
    {
        complain(column, message, hint);
        return null;
    }
}
