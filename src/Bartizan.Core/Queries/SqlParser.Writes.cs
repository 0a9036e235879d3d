namespace Bartizan.Core.Queries;

internal sealed partial class SqlParser
{
    // Unknown, and nothing taken, where it isn't one that writes.
    private SqlVerb Write()
    {
        if (Take("insert"))
        {
            Insert();
            return SqlVerb.Insert;
        }

        if (Take("update"))
        {
            Update();
            return SqlVerb.Update;
        }

        if (Take("delete"))
        {
            Expect(Take("from"));
            Table();
            Alias();
            Where();
            Returning();
            return SqlVerb.Delete;
        }

        return SqlVerb.Unknown;
    }

    private void Insert()
    {
        Expect(Take("into"));
        TableName();
        if (TakeSign("("))
        {
            Names(_sets);
            Expect(TakeSign(")"));
        }
        else
        {
            _sets.Add(All);
        }

        if (Take("values"))
        {
            do
            {
                Expect(TakeSign("("));
                do
                {
                    Value();
                } while (TakeSign(","));
                Expect(TakeSign(")"));
            } while (TakeSign(","));
        }
        else
        {
            Query();
        }

        if (Take("on"))
        {
            Expect(Take("conflict"));
            if (TakeSign("("))
            {
                Names(_columns);
                Expect(TakeSign(")"));
            }

            Expect(Take("do") && Take("nothing"));
        }

        Returning();
    }

    private void Update()
    {
        Table();
        Alias();
        Expect(Take("set"));
        do
        {
            var (name, isQuoted) = Name();
            _sets.Add(Folded(name, isQuoted));
            Expect(TakeSign("="));
            Value();
        } while (TakeSign(","));

        Where();
        Returning();
    }

    private void Value()
    {
        if (!Take("default"))
        {
            Expression();
        }
    }

    private void Alias()
    {
        if (Take("as") || IsName())
        {
            var (name, isQuoted) = Name();
            _sources.Add(Folded(name, isQuoted));
        }
    }

    private void Where()
    {
        if (Take("where"))
        {
            Expression();
        }
    }

    private void Returning()
    {
        if (Take("returning"))
        {
            do
            {
                Item();
            } while (TakeSign(","));
        }
    }
}
