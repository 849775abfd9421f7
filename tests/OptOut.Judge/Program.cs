Console.Error.WriteLine("The judge has no cases yet.");
return 1;
