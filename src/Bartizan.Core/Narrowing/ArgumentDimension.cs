using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// One argument of a call: absent, present with one of the values that the questions tell apart, or unreadable, because its name
/// stands there in two spellings or what it is a part of is no object.
/// </summary>
internal sealed class ArgumentDimension(ImmutableArray<string> path, bool isCut) : FactDimension
{
    /// <summary>Whether it is there: false when it surely isn't, unknown when it can't be read.</summary>
    public const string Present = "present";

    /// <summary>Whether it is an object.</summary>
    public const string IsObject = "object";

    private readonly ArgumentTests _tests = new();
    private readonly List<Question> _asked = [];
    private readonly List<ArgumentWitness> _witnesses = [];

    /// <summary>The names that lead to it.</summary>
    public ImmutableArray<string> Path => path;

    /// <summary>The value of an atom.</summary>
    public ArgumentWitness this[int atom] => _witnesses[atom];

    /// <summary>Asks what a condition asks; false when it can't be cut, and stays a predicate.</summary>
    public bool TryAsk(string question, Formula leaf)
    {
        if (!isCut || !_tests.TryAdd(leaf))
        {
            return false;
        }

        if (Name(question))
        {
            _asked.Add(new Question(leaf, null));
        }

        return true;
    }

    /// <summary>Asks what a rule's <c>args</c> ask; false when it can't be cut.</summary>
    public bool TryAsk(string question, ArgumentRule demand, bool grants)
    {
        if (!isCut || !_tests.TryAdd(demand) || ArgumentCheck.Parse(demand, grants, out _) is not { } check)
        {
            return false;
        }

        if (Name(question))
        {
            _asked.Add(new Question(null, check));
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        Name(Present);
        Name(IsObject);
        AddOne(ArgumentWitness.Absent, AnswersOf(ArgumentWitness.Absent));
        if (_tests.Texts(effort) is not { } texts)
        {
            return false;
        }

        List<string> values = [.. _tests.Numbers(), .. _tests.Others()];
        if (!CanAsk(values.Count + (3 * texts.Count), effort))
        {
            return false;
        }

        var answered = texts.Select(t => (Text: t, Answers: AddValue(t))).ToList();
        AddLong([.. answered.Where(a => !_tests.IsNamed(a.Text)).Select(a => a.Answers)]);
        foreach (var value in values)
        {
            AddValue(value);
        }

        AddOne(ArgumentWitness.Unreadable, AnswersOf(ArgumentWitness.Unreadable));
        AddCrowded();
        return true;
    }

    private Truth[] AddValue(string json)
    {
        var witness = ArgumentWitness.Of(json);
        var answers = AnswersOf(witness);
        AddOne(witness, answers);
        return answers;
    }

    // INVARIANT: patterns don't look at texts beyond their bound, and conditions at none beyond theirs (or at all of it
    // written as escapes): what they say of those goes with whatever the other says.
    private void AddLong(List<Truth[]> texts)
    {
        var witness = ArgumentWitness.Of(_tests.HasText ? ArgumentTests.LongText : "\"x\"");
        var longest = AnswersOf(witness);
        AddOne(witness, longest);
        foreach (var text in texts)
        {
            AddOne(witness, [.. text.Select((t, i) => IsOfText(i) ? t : longest[i])]);
        }

        AddOne(witness, [.. longest.Select((t, i) => IsOfCondition(i) ? Truth.Unknown : t)]);
    }

    // INVARIANT: an object of too many members is unknown to rules, and still read by conditions.
    private void AddCrowded()
    {
        for (var atom = Count - 1; atom >= 0; atom--)
        {
            var answers = RowOf(atom).ToArray();
            AddOne(_witnesses[atom], [.. answers.Select((t, i) => IsOfCondition(i) ? t : Truth.Unknown)]);
        }
    }

    private bool IsOfCondition(int question) => question < _asked.Count && _asked[question].Leaf is not null;

    private bool IsOfText(int question) =>
        IsOfCondition(question)
        && _asked[question].Leaf
            is not (Formula.Comparison { Left: Term.Size } or Formula.Membership { Item: Term.Size });

    private void AddOne(ArgumentWitness witness, Truth[] answers)
    {
        if (Add(answers) >= 0)
        {
            _witnesses.Add(witness);
        }
    }

    private Truth[] AnswersOf(ArgumentWitness witness)
    {
        using var call = JsonDocument.Parse(witness.Within(path));
        var facts = new Facts { Args = call.RootElement };
        var at = call.RootElement;
        foreach (var name in witness.HasValue ? path : [])
        {
            at = at.GetProperty(name);
        }

        var answers = new Truth[QuestionCount];
        for (var i = 0; i < _asked.Count; i++)
        {
            answers[i] =
                _asked[i].Leaf is { } leaf ? Evaluator.Evaluate(leaf, facts)
                : witness.HasValue ? _asked[i].Check!.Judge(at)
                : Truth.Unknown;
        }

        answers[^2] =
            witness.HasValue ? Truth.True
            : witness == ArgumentWitness.Absent ? Truth.False
            : Truth.Unknown;
        answers[^1] = witness.HasValue && at.ValueKind == JsonValueKind.Object ? Truth.True : Truth.Unknown;
        return answers;
    }

    private sealed record Question(Formula? Leaf, ArgumentCheck? Check);
}
