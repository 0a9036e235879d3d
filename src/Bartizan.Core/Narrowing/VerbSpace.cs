using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The actions of one verb, cut into finitely many: patterns are named, then the dimensions are built, then each
/// pattern is one box or a few.
/// </summary>
internal abstract class VerbSpace
{
    /// <summary>The sizes of the dimensions.</summary>
    public abstract ImmutableArray<int> Atoms { get; }

    /// <summary>
    /// True where rules that take away may be named together: their patterns begin with <c>**</c> so often that apart
    /// they would make too many atoms.
    /// </summary>
    public virtual bool JoinsDenials => false;

    /// <summary>True where an ask grants by the name only, and asks by the other names too.</summary>
    public virtual bool AsksByMoreThanItGrants => false;

    /// <summary>Names a pattern.</summary>
    public abstract void Name(string name, TargetPattern pattern);

    /// <summary>Makes the atoms.</summary>
    public abstract void Build(Effort effort);

    /// <summary>The boxes of a pattern; <paramref name="takes"/> for a rule that denies or asks.</summary>
    public abstract IEnumerable<ImmutableArray<AtomSet>> BoxesOf(string name, TargetPattern pattern, bool takes);

    /// <summary>The action of one atom of each dimension; null when there is none after all.</summary>
    public abstract ActionTarget? TargetOf(ReadOnlySpan<int> atoms);

    /// <summary>False when an action stands for what may not exist, so that it is no counterexample by itself.</summary>
    public virtual bool IsCertain(ReadOnlySpan<int> atoms) => true;

    /// <summary>The space of a verb.</summary>
    public static VerbSpace Of(Verb verb) =>
        verb switch
        {
            Verb.Model or Verb.Tool or Verb.Delegate or Verb.Serve => new NameSpace(verb),
            Verb.Http => new HttpSpace(),
            Verb.Connect => new ConnectSpace(),
            Verb.Read or Verb.Write => new FileSpace(verb),
            Verb.Exec => new CommandSpace(),
            _ => throw new ArgumentOutOfRangeException(nameof(verb)),
        };
}
