using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// A list, each item of which a rule that grants asks to fit, and one of which a rule that takes away: lists are made of the values that
/// the questions tell apart, until no item changes an answer any more.
/// </summary>
internal sealed class ItemsDimension(ArgumentForm form) : FactDimension
{
    /// <summary>Lists that are told apart; with more of them the questions stay predicates.</summary>
    private const int MaxLists = 512;

    private readonly ArgumentTests _tests = new();
    private readonly List<ArgumentCheck> _checks = [];
    private readonly List<ArgumentRule> _demands = [];
    private readonly List<bool> _grants = [];
    private readonly List<string?> _witnesses = [];

    /// <summary>The list of an atom as JSON; null for what is none.</summary>
    public string? this[int atom] => _witnesses[atom];

    /// <summary>Asks a question; false when it can't be cut.</summary>
    public bool TryAsk(string question, ArgumentRule demand, bool grants)
    {
        if (
            (form == ArgumentForm.Plain && !_tests.TryAdd(demand))
            || ArgumentCheck.Parse(demand, grants, out _) is not { } check
        )
        {
            return false;
        }

        if (Name(question))
        {
            _checks.Add(check);
            _demands.Add(demand);
            _grants.Add(grants);
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        if (ItemsOf(effort) is not { } values || !CanAsk(values.Count, effort))
        {
            return false;
        }

        var items = new List<(string Json, Truth[] Answers)>();
        foreach (var value in values)
        {
            using var json = JsonDocument.Parse(value);
            Truth[] answers = [.. _checks.Select(c => c.Judge(json.RootElement))];
            if (!items.Exists(i => i.Answers.SequenceEqual(answers)))
            {
                items.Add((value, answers));
            }
        }

        var lists = new List<(string Items, Truth[] Answers)>();
        AddList("", [.. _grants.Select(Kleene.Of)]);
        for (var i = 0; i < lists.Count; i++)
        {
            foreach (var (json, item) in items)
            {
                var (before, answers) = lists[i];
                Truth[] after =
                [
                    .. answers.Select((t, n) => _grants[n] ? Kleene.And(t, item[n]) : Kleene.Or(t, item[n])),
                ];
                AddList(before.Length == 0 ? json : $"{before},{json}", after);
            }

            if (lists.Count > MaxLists || !effort.Spend(items.Count))
            {
                return false;
            }
        }

        if (Add([.. _checks.Select(_ => Truth.Unknown)]) >= 0)
        {
            _witnesses.Add(null);
        }

        return true;

        void AddList(string json, Truth[] answers)
        {
            if (Add(answers) >= 0)
            {
                lists.Add((json, answers));
                _witnesses.Add($"[{json}]");
            }
        }
    }

    private List<string>? ItemsOf(Effort effort)
    {
        // What is no text at all is unknown to patterns, and nothing is told of the long ones.
        IEnumerable<string> all = [.. _tests.Numbers(), .. _tests.Others(), ArgumentTests.LongText];
        var texts =
            form == ArgumentForm.Plain ? _tests.Texts(effort) : FormDimension.Texts(form, _demands, _grants, effort);
        return texts is null ? null : [.. texts, .. all];
    }
}
