using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Policies;

/// <summary>
/// The canonical normal form of a policy: one line for each pattern of each rule, sorted within its layer, the layers
/// sorted; alternatives are lines of their own. Order, spelling, names and reasons don't count: two files that decide
/// alike by their rules have one digest.
/// </summary>
internal static class NormalForm
{
    /// <summary>Bytes that are digested at once.</summary>
    private const int BufferBytes = 16 * 1024;

    /// <summary>The digest of the form.</summary>
    public static Digest DigestOf(Manifest manifest, ImmutableArray<CompiledLayer> layers, bool observe)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> buffer = stackalloc byte[BufferBytes];
        var written = 0;
        foreach (var line in LinesOf(manifest, layers, observe))
        {
            var most = Encoding.UTF8.GetMaxByteCount(line.Length + 1);
            if (most > BufferBytes - written)
            {
                hash.AppendData(buffer[..written]);
                written = 0;
            }

            if (most > BufferBytes)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(line + '\n'));
                continue;
            }

            written += Encoding.UTF8.GetBytes(line, buffer[written..]);
            buffer[written++] = (byte)'\n';
        }

        hash.AppendData(buffer[..written]);
        return Digest.FromBytes(hash.GetHashAndReset());
    }

    /// <summary>The form.</summary>
    public static string TextOf(Manifest manifest, ImmutableArray<CompiledLayer> layers, bool observe) =>
        string.Concat(LinesOf(manifest, layers, observe).Select(line => line + "\n"));

    private static IEnumerable<string> LinesOf(Manifest manifest, ImmutableArray<CompiledLayer> layers, bool observe)
    {
        var consulted = manifest.Consultations.Select(one => one.Canonical).Distinct(StringComparer.Ordinal);
        var lines = layers.Select(LinesOf).ToList();
        lines.Sort(Compare);
        return
        [
            "bartizan policy v1",
            .. observe ? ["observe"] : (ReadOnlySpan<string>)[],
            .. consulted.Order(StringComparer.Ordinal),
            .. GuardLines.Of(manifest.Guards),
            .. FlowTable.LinesOf(manifest.Trust),
            .. manifest
                .Servers.Values.SelectMany(server => server.Readers.Values)
                .Select(reader => $"reader {reader.Name}: {reader.Canonical}")
                .Order(StringComparer.Ordinal),
            .. manifest.Servers.Values.Select(CodeTerms.LineOf).OfType<string>(),
            .. StoreTable.LinesOf(manifest.Trust),
            .. manifest.Trust.WordsAlways == true ? ["trust words always"] : (ReadOnlySpan<string>)[],
            .. manifest
                .Trust.Confined.Select(one => $"trust {one.Canonical}")
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
            .. manifest
                .Trust.Declassify.Select(terms => $"trust declassify {terms.Canonical}")
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
            .. lines.Where((layer, i) => i == 0 || Compare(layer, lines[i - 1]) != 0).SelectMany(layer => layer),
        ];
    }

    private static List<string> LinesOf(CompiledLayer layer)
    {
        var all = layer.Rules.SelectMany(LinesOf).ToArray();
        Array.Sort(all, StringComparer.Ordinal);
        List<string> lines = [layer.IsCeiling ? "ceiling" : "rules"];
        foreach (var line in all)
        {
            if (line != lines[^1])
            {
                lines.Add(line);
            }
        }

        return all.Length == 0 ? [.. lines, ""] : lines;
    }

    private static int Compare(List<string> one, List<string> other)
    {
        for (var i = 0; i < one.Count && i < other.Count; i++)
        {
            if (string.CompareOrdinal(one[i], other[i]) is var order and not 0)
            {
                return order;
            }
        }

        return one.Count - other.Count;
    }

    /// <summary>
    /// What a rule asks for beside its pattern, in its one spelling, with what its condition is given to read. INVARIANT: two
    /// rules with one text ask for the same, also when they stand in two manifests; the proof of narrowness relies on it.
    /// </summary>
    public static string ConditionsOf(Rule rule, RuleLayer layer, ConditionGround ground) =>
        ArgumentsOf(rule) + (rule.When is { } when ? $" when={when.CanonicalText}{ground.Of(when, layer)}" : "");

    private static string ArgumentsOf(Rule rule) =>
        rule.Arguments.IsDefaultOrEmpty
            ? ""
            : " args=" + string.Join(' ', rule.Arguments.Select(TextOf).Order(StringComparer.Ordinal));

    /// <summary>
    /// What is asked of one argument, in its one spelling. INVARIANT: each demand is a list of its own that begins with the demand's
    /// name, and JSON quotes what an author chose: no name that an author chose can be read as the next demand.
    /// </summary>
    public static string TextOf(ArgumentRule one)
    {
        var values = one.In.Select(v => (v.Plain ? "" : "text ") + v.Text);
        List<string[]> parts =
        [
            ["path", one.Path],
        ];
        Add(parts, "in", values.Distinct(StringComparer.Ordinal));
        Add(parts, "least", one.Least?.ToString("G29", CultureInfo.InvariantCulture));
        Add(parts, "most", one.Most?.ToString("G29", CultureInfo.InvariantCulture));
        Add(parts, "glob", one.Glob);
        Add(parts, "host", one.Host);
        Add(parts, "file", one.File);
        Add(parts, "networks", one.Networks);
        Add(parts, "max_length", one.MaxLength?.ToString(CultureInfo.InvariantCulture));
        Add(parts, "any_case", one.AnyCase ? "true" : null);
        Add(parts, "optional", one.Optional ? "true" : null);
        if (one.Sql is { } sql)
        {
            parts.Add(["sql", sql.Writes ? "write" : "read"]);
            Add(parts, "rows", sql.Rows?.ToString(CultureInfo.InvariantCulture));
            Add(parts, "tables", sql.Tables);
            Add(parts, "functions", sql.Functions);
            Add(parts, "columns", sql.Columns);
            Add(parts, "sets", sql.Sets);
        }

        if (one.Operators is { } operators)
        {
            // None at all is a demand, too.
            parts.Add(["operators", .. operators.Allowed.Order(StringComparer.Ordinal)]);
        }

        Add(parts, "html", one.Markup == Markup.Any ? null : one.Markup.ToString());
        return JsonSerializer.Serialize(parts);
    }

    private static void Add(List<string[]> parts, string name, string? value)
    {
        if (value is not null)
        {
            parts.Add([name, value]);
        }
    }

    private static void Add(List<string[]> parts, string name, IEnumerable<string> values)
    {
        if (values.Order(StringComparer.Ordinal).ToList() is { Count: > 0 } listed)
        {
            parts.Add([name, .. listed]);
        }
    }

    private static IEnumerable<string> LinesOf(CompiledRule compiled)
    {
        var rule = compiled.Rule;
        var head = $" {rule.Effect} {rule.Verb} ";
        var witnessed = rule.Witnessed ? " witnessed" : "";
        var approval = rule.Approval is { } terms ? $" approval={terms.Canonical}" : "";
        var keep = rule.Keep is { } fields ? $" keep={fields.Canonical}" : "";
        var targets = rule.Targets is { } hit ? $" targets={hit.Canonical}" : "";
        var tail =
            $" with={rule.Credential} expires={rule.Expires:yyyy-MM-dd}{witnessed}{approval}{keep}{targets}{compiled.Asks}";
        return compiled.Lines.Select(line => head + line + tail);
    }
}
