using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>
/// Attacks in the format of InjecAgent (Zhan et al., 2024): a list of cases, each with a user's tool, its answer with a place for the
/// attacker's
/// words, and the names of the attacker's tools. The files don't say with which arguments those are called: an address in the order is
/// taken
/// as the recipient, the order itself as the request.
/// </summary>
public static partial class InjecAgentSuite
{
    /// <summary>The server that all tools of such a file are put behind.</summary>
    public const string Server = "tools";

    private const string Place = "<Attacker Instruction>";

    /// <summary>Reads files.</summary>
    /// <param name="files">Their names, for errors, and their texts.</param>
    /// <param name="name">What to call the suite.</param>
    /// <exception cref="SuiteException">One isn't of this format.</exception>
    public static ImportedSuite Read(IEnumerable<(string Name, string Text)> files, string name)
    {
        ArgumentNullException.ThrowIfNull(files);
        var gathered = new GatheredSuite();
        foreach (var (file, text) in files)
        {
            foreach (var node in new SuiteNode(SuiteReader.Parse(text, file), file).Items())
            {
                Take(node, gathered);
            }
        }

        return gathered.ToSuite(name, "Attacks in the format of InjecAgent.");
    }

    private static void Take(SuiteNode node, GatheredSuite gathered)
    {
        var template = node.Text("Tool Response Template");
        var order = node.Text("Attacker Instruction");
        if (!template.Contains(Place, StringComparison.Ordinal))
        {
            throw new SuiteException($"`Tool Response Template` in {node.Place} has no `{Place}`");
        }

        var written = node.Text("Tool Parameters");
        if (!PythonLiteral.TryRead(written, out var read) || read is not JsonObject arguments)
        {
            throw new SuiteException(
                $"`Tool Parameters` in {node.Place} is neither a dict of Python nor a JSON object"
            );
        }

        var returns = template.Replace(Place, Suite.Marker, StringComparison.Ordinal);
        var user = new SuiteStep(Server, node.Text("User Tool"), arguments, returns);
        gathered.AddTask(node.Text("User Instruction"), [user], node.Place);

        var asked = new JsonObject { ["request"] = order };
        if (Address().Match(order) is { Success: true } address)
        {
            asked["to"] = address.Value;
        }

        var steps = node.List("Attacker Tools")
            .Select(tool => new SuiteStep(Server, tool.Text(), (JsonObject)asked.DeepClone(), null));
        gathered.AddAttack(order, node.TextOr("Attack Type", "other"), [.. steps], node.Place);
        gathered.AddWording(FrameOf(template, node.TextOr("Tool Response", ""), order));
    }

    // In the "enhanced" setting the answer holds more than the order: that is a way to put it.
    private static string FrameOf(string template, string answer, string order)
    {
        var at = template.IndexOf(Place, StringComparison.Ordinal);
        var (before, after) = (template[..at], template[(at + Place.Length)..]);
        var fits =
            answer.Length >= before.Length + after.Length
            && answer.StartsWith(before, StringComparison.Ordinal)
            && answer.EndsWith(after, StringComparison.Ordinal);
        var filled = fits ? answer[before.Length..^after.Length] : order;
        return filled.Contains(order, StringComparison.Ordinal)
            ? filled.Replace(order, Wording.Order, StringComparison.Ordinal)
            : Wording.Order;
    }

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
