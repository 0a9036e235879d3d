using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Manifests;

/// <summary>Holds a file against its shape and reports everything that doesn't fit.</summary>
internal sealed class ShapeCheck(ImmutableArray<ManifestError>.Builder errors)
{
    /// <summary>Checks <paramref name="node"/>, which stands under <paramref name="key"/>.</summary>
    public void Check(SourceNode node, Shape shape, string key)
    {
        switch (shape)
        {
            case Shape.Text text:
                CheckText(node, text, key);
                break;
            case Shape.Choice choice:
                CheckChoice(node, choice, key);
                break;
            case Shape.Whole whole:
                if (Plain(node, key, "a whole number") is { } w && !IsWhole(w.Text, whole))
                {
                    Report(w.Position, $"`{key}` must be a whole number from {whole.Least} to {whole.Most}");
                }

                break;
            case Shape.Number number:
                if (Plain(node, key, "a number") is { } n && !IsNumber(n.Text, number))
                {
                    Report(n.Position, $"`{key}` must be a number from {number.Least} to {number.Most}");
                }

                break;
            case Shape.Many many:
                CheckMany(node, many, key);
                break;
            case Shape.ListOr either:
                Check(node, node is SourceNode.List ? either.List : either.Other, key);
                break;
            case Shape.WordOr either:
                Check(node, node is SourceNode.Map ? either.Other : either.Word, key);
                break;
            case Shape.Named named:
                CheckNamed(node, named, key);
                break;
            case Shape.Keys keys:
                CheckKeys(node, keys, key);
                break;
            default:
                throw new InvalidOperationException($"no check for {shape.GetType().Name}");
        }
    }

    private static bool IsWhole(string text, Shape.Whole shape) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        && value >= shape.Least
        && value <= shape.Most;

    private static bool IsNumber(string text, Shape.Number shape) =>
        double.TryParse(
            text,
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var value
        )
        && value >= shape.Least
        && value <= shape.Most;

    private void CheckText(SourceNode node, Shape.Text shape, string key)
    {
        if (Single(node, key, shape.Says) is not { } scalar)
        {
            return;
        }

        if (scalar.IsEmpty || string.IsNullOrWhiteSpace(scalar.Text))
        {
            Report(scalar.Position, $"`{key}` is empty", $"It is {shape.Says}.");
        }
        else if (scalar.Text.Length > shape.MaxLength)
        {
            Report(scalar.Position, $"`{key}` is longer than {shape.MaxLength} characters");
        }
        else if (shape.Problem?.Invoke(scalar.Text) is { } problem)
        {
            var value = shape.Private ? "this value" : $"`{SourceTree.Quote(scalar.Text)}`";
            Report(scalar.Position, $"`{key}`: {value} {problem}", $"It is {shape.Says}.");
        }
    }

    private void CheckChoice(SourceNode node, Shape.Choice shape, string key)
    {
        if (Single(node, key, shape.Says) is not { } scalar)
        {
            return;
        }

        if (shape.Unsupported.Contains(scalar.Text))
        {
            ReportUnsupported(scalar.Position, $"{key}: {scalar.Text}");
        }
        else if (!shape.Words.Contains(scalar.Text))
        {
            Report(
                scalar.Position,
                $"`{key}` can't be `{SourceTree.Quote(scalar.Text)}`",
                NearestWord.Hint(scalar.Text, shape.Words)
            );
        }
    }

    private void CheckMany(SourceNode node, Shape.Many shape, string key)
    {
        if (node is not SourceNode.List list)
        {
            Report(node.Position, $"`{key}` must be a list, not {node.Kind}", "Start each item with `- `.");
            return;
        }

        if (list.Items.Length < shape.Least)
        {
            Report(list.Position, $"`{key}` is empty", "Leave the key out, or say what it holds.");
        }

        foreach (var item in list.Items)
        {
            Check(item, shape.Item, key);
        }
    }

    private void CheckNamed(SourceNode node, Shape.Named shape, string key)
    {
        if (node is not SourceNode.Map map)
        {
            Report(node.Position, $"`{key}` must be a map from names, not {node.Kind}");
            return;
        }

        if (map.Entries.IsEmpty)
        {
            Report(map.Position, $"`{key}` is empty", "Leave the key out, or say what it holds.");
        }

        foreach (var (name, value) in map.Entries)
        {
            CheckText(name, shape.Name, key);
            Check(value, shape.Value, name.Text.Length == 0 ? key : SourceTree.Quote(name.Text));
        }
    }

    private void CheckKeys(SourceNode node, Shape.Keys shape, string key)
    {
        if (node is not SourceNode.Map map)
        {
            Report(node.Position, $"`{key}` must be a map of keys, not {node.Kind}", Knows(shape));
            return;
        }

        foreach (var (name, value) in map.Entries)
        {
            if (
                shape.Known.FirstOrDefault(k => string.Equals(k.Name, name.Text, StringComparison.Ordinal))
                is not { } known
            )
            {
                ReportUnknown(name, shape, key);
                continue;
            }

            if (!known.Supported)
            {
                ReportUnsupported(name.Position, name.Text);
            }

            Check(value, known.Shape, known.Name);
        }

        foreach (var missing in shape.Known.Where(k => k.Required && map.Find(k.Name) is null))
        {
            Report(map.Position, $"`{missing.Name}` is missing in `{key}`", missing.Says);
        }

        if (!shape.ExactlyOne.IsEmpty && shape.ExactlyOne.Count(k => map.Find(k) is not null) is var count and not 1)
        {
            var words = string.Join(", ", shape.ExactlyOne.Select(k => $"`{k}`"));
            Report(map.Position, $"`{key}` needs exactly one of {words}; it has {(count == 0 ? "none" : "several")}");
        }
    }

    private void ReportUnknown(SourceNode.Scalar name, Shape.Keys shape, string key)
    {
        var hint = shape.Elsewhere.GetValueOrDefault(name.Text) ?? Near(name.Text, shape);
        Report(name.Position, $"`{SourceTree.Quote(name.Text)}` is no key of `{key}`", hint);
    }

    private static string Near(string name, Shape.Keys shape) =>
        NearestWord.Find(name, shape.Known.Select(k => k.Name)) is { } near ? $"Did you mean `{near}`?" : Knows(shape);

    private static string Knows(Shape.Keys shape) =>
        $"It knows {string.Join(", ", shape.Known.Select(k => $"`{k.Name}`"))}.";

    private SourceNode.Scalar? Single(SourceNode node, string key, string says)
    {
        if (node is SourceNode.Scalar scalar)
        {
            return scalar;
        }

        Report(node.Position, $"`{key}` must be a single value, not {node.Kind}", $"It is {says}.");
        return null;
    }

    private SourceNode.Scalar? Plain(SourceNode node, string key, string says)
    {
        if (Single(node, key, says) is not { } scalar)
        {
            return null;
        }

        if (scalar.Plain)
        {
            return scalar;
        }

        Report(scalar.Position, $"`{key}` is text and must be {says}", "Take the quotes away.");
        return null;
    }

    private void ReportUnsupported(SourcePosition where, string what) =>
        Report(where, $"`{what}` is not supported yet", "Take it out: nothing would hold it.");

    private void Report(SourcePosition where, string message, string hint = "")
    {
        if (errors.Count < SourceTree.MaxErrors)
        {
            errors.Add(new ManifestError(where, message, hint));
        }
    }
}
